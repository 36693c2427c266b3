"""A running Odoo: started on a socket of ours, awaited, stopped with all its workers."""

import http.client
import os
import re
import socket
import subprocess
import time

from . import process
from .errors import LauncherError
from .paths import INSIDE

READY_S = 120
READY_PATH = "/api/v1/health/ready"
# The last line of a traceback.
RAISED = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Warning)\b")


def start(installation, config_file, environment, listener, log):
    """Start Odoo on ``listener``, its output appended to the file ``log``.

    Give the :class:`subprocess.Popen`.
    """
    command = [installation.python, INSIDE / "odoo_entry.py", "-c", config_file]
    with open(log, "ab") as output:
        return subprocess.Popen(
            command,
            env={**environment, "FYNLO_HTTP_FD": str(listener.fileno())},
            pass_fds=(listener.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_ready(child, ports, log, path=READY_PATH):
    """Wait until Odoo answers that it is ready and its gevent process listens.

    :param ports: (HTTP, gevent)
    :param path: what must answer 200
    :raise LauncherError: it ended, or was not ready in time; the message has the log's last error
    """
    deadline = time.monotonic() + READY_S
    answer = "nothing yet"
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise LauncherError(f"Odoo ended while it started: {last_error(log)} (log: {log})")
        answer = _ready_answer(ports[0], path)
        if answer is None and _listens(ports[1]):
            return
        time.sleep(0.1)
    raise LauncherError(
        f"Odoo was not ready after {READY_S} s, {path} said {answer}: "
        f"{last_error(log)} (log: {log})"
    )


def _ready_answer(port, path):
    """Ask once; None is ready, else what came instead."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    return None if status == 200 else f"status {status}"


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def last_error(log):
    """Give what a log tells of the last failure.

    The exception's own line, else an error's, else its last line.
    """
    with open(log, "rb") as handle:
        handle.seek(max(0, os.path.getsize(log) - 100_000))
        lines = handle.read().decode(errors="replace").splitlines()
    if any(process.FULL_DISK in line for line in lines):
        return "the disk is full"
    raised = [line for line in lines if RAISED.match(line)]
    logged = [line for line in lines if " ERROR " in line or " CRITICAL " in line]
    return (raised or logged or lines or ["its log is empty"])[-1].strip()
