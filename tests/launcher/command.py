"""Run ``./fynlo`` as a user would: outside the tests' virtualenv."""

import os
import signal
import subprocess
import sys

from launcher.paths import ROOT


def fynlo(*arguments, stdin="", **variables):
    """Run it to its end; give the finished process."""
    return subprocess.run(
        _command(arguments),
        env=_environment(variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=240,
    )


def start_fynlo(*arguments, **variables):
    """Start it; give the running process with its output as a pipe.

    Ctrl-C reaches it as at a terminal, also when the tests run in the background of a shell,
    which has its children ignore it.
    """
    return subprocess.Popen(
        _command(arguments),
        env=_environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def _command(arguments):
    return [os.path.realpath(sys.executable), ROOT / "fynlo", *arguments]


def _environment(variables):
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, **variables}
