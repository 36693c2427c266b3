"""Bring Odoo and the virtualenv onto this machine, side by side where both are missing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import odoo as odoos
from . import virtualenv
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
        with ThreadPoolExecutor(2) as pool:
            fetched = pool.submit(odoos.fetch, cache)
            python = pool.submit(virtualenv.ensure, cache, None, dev).result()
            odoo = fetched.result()
    say(f"Odoo {odoo.version}: {odoo.origin}")
    return Installation(odoo, python)
