"""Bring Odoo and the virtualenv onto this machine, side by side where both are missing."""

from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from . import odoo as odoos
from . import process, virtualenv
from .paths import cache_dir
from .terminal import say


@dataclass(frozen=True)
class Installation:
    """An Odoo and the interpreter that runs it."""

    odoo: odoos.Odoo
    python: Path


def provide(dev=False):
    """Give the :class:`Installation` to work with, fetched if need be.

    :param dev: with the tests' tools
    :raise LauncherError: something cannot be got
    """
    cache = cache_dir()
    odoo = odoos.find(cache)
    if odoo:
        python = virtualenv.ensure(cache, odoo, dev)
    else:
        odoo, python = _both(
            lambda: odoos.fetch(cache), lambda: virtualenv.ensure(cache, None, dev)
        )
    say(f"Odoo {odoo.version}: {odoo.origin}")
    return Installation(odoo, python)


def _both(one, other):
    """Do both side by side and give both results; the first failure ends the other's commands."""
    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(one), pool.submit(other)]
        try:
            done, running = wait(tasks, return_when=FIRST_EXCEPTION)
            if running:
                next(iter(done)).result()
        except BaseException:
            process.kill_running()
            raise
    return [task.result() for task in tasks]
