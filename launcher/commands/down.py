"""``./fynlo down``: stop what ``up`` started."""

import os
import signal
import time

from .. import postgres, process, stack
from ..errors import LauncherError
from ..paths import state_dir
from ..provision import provide
from ..terminal import say

HELP = "stop what `up` started"
PATIENCE_S = 90


def arguments(_parser):
    """It takes none."""


def run(_options):
    if stack.is_up():
        _end_launcher()
    else:
        stack.clear_leftovers()
    if (postgres.home(state_dir()) / "data" / "postmaster.pid").exists():
        postgres.stop(state_dir(), provide().python)
    say("Fynlo is down.")
    return 0


def _end_launcher():
    launcher = stack.record().get("launcher")
    if process.is_alive(launcher):
        os.kill(launcher[0], signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_S
    while stack.is_up():
        if time.monotonic() > deadline:
            raise LauncherError(f"The launcher (process {launcher and launcher[0]}) does not end.")
        time.sleep(0.1)
