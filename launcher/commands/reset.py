"""``./fynlo reset``: delete what this checkout's state holds; the cache of downloads stays."""

import shutil

from .. import postgres
from ..errors import LauncherError
from ..paths import state_dir
from ..provision import provide
from ..terminal import ask, say
from . import down

HELP = "delete the database, the demo and all other state of this checkout"
# What the launcher makes in the state folder; a file of somebody else that lies there stays.
OWN = ("data", "log", "metrics", "postgres", "test", "bench", "valkey")


def arguments(parser):
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options):
    state = state_dir()
    if not options.yes and not ask(f"Delete the database and all state in {state}?"):
        raise LauncherError("Nothing was deleted: say yes, or give --yes.")
    down.run(options)
    homes = [postgres.home(folder) for folder in (state, state / "test", state / "bench")]
    for folder in (state / "test", state / "bench"):
        if (postgres.home(folder) / "data" / "postmaster.pid").exists():
            postgres.stop(folder, provide().python)
    for folder in (*(state / name for name in OWN), *homes):
        shutil.rmtree(folder, ignore_errors=True)
    for pattern in ("*.json", "*.conf", "*.key", "*.password", "*.lock"):
        for path in state.glob(pattern):
            path.unlink()
    say(f"{state} is empty; an own PostgreSQL's databases (PGHOST, DATABASE_URL) are not touched.")
    return 0
