"""``./fynlo doctor``: what would be used here, and what is in the way.

Changes and downloads nothing.
"""

import platform
import shutil
import sys

from .. import apt, odoo, ports, postgres, redis, stack
from ..errors import LauncherError
from ..files import MEGABYTE
from ..paths import cache_dir, state_dir
from ..terminal import say

HELP = "say what would be used here: Python, Odoo, PostgreSQL, Redis, ports, disk, browser"
NEEDED_MB = {"cache": 3700, "state": 800}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def arguments(parser):
    parser.add_argument(
        "--port", type=int, default=8069, help="HTTP port to look at (default 8069)"
    )


def run(options):
    checks = (_python, _odoo, _postgres, _redis, _ports, _cache, _state, _browser, _running)
    bad = 0
    for check in checks:
        name = check.__name__[1:]
        try:
            say(f"  ok  {name:<9} {check(options)}")
        except LauncherError as error:
            bad += 1
            say(f" BAD  {name:<9} {error}")
    return 1 if bad else 0


def _python(_options):
    return f"{platform.python_version()} ({sys.executable})"


def _odoo(_options):
    found = odoo.find(cache_dir())
    if found:
        return f"{found.version}: {found.origin}"
    archive = apt.debian_archive()
    return f"the Debian package odoo-19 from {archive.uri} (about 125 MB, not yet here)"


def _postgres(_options):
    own = postgres.external(None)
    return (
        f"yours at {own.host}:{own.port}, role {own.user}"
        if own
        else f"from a wheel, its files in {postgres.home(state_dir())}"
    )


def _redis(_options):
    return redis.external() or "none (not needed); `up --redis` starts a Valkey"


def _ports(options):
    steps = (0, ports.GEVENT_OFFSET, ports.GATEWAY_OFFSET)
    wanted = [options.port + step for step in steps]
    if not stack.is_up():
        for port in wanted:
            ports.listen(port).close()
    return f"{wanted[0]}, {wanted[1]} and {wanted[2]} of 127.0.0.1"


def _cache(_options):
    return _disk(cache_dir(), NEEDED_MB["cache"] if not odoo.from_cache(cache_dir()) else 0)


def _state(_options):
    return _disk(state_dir(), NEEDED_MB["state"])


def _disk(folder, needed_mb):
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < needed_mb:
        raise LauncherError(f"{folder}: {free} MB free, {needed_mb} MB needed.")
    return f"{folder}: {free} MB free"


def _browser(_options):
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or "none: only browser tests need one"


def _running(_options):
    return f"yes: {stack.record().get('url', 'it is starting')}" if stack.is_up() else "no"
