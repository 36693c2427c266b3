"""The websocket gateway beside Odoo: started, awaited."""

import http.client
import os
import subprocess
import time

from . import server
from .errors import LauncherError
from .paths import ADDONS

READY_S = 30
PATH = "/api/v1/realtime"
#: What Odoo's environment has and the gateway does without.
NOT_ITS_OWN = ("FYNLO_SECRET_KEY", "PROMETHEUS_MULTIPROC_DIR")


def url(port):
    """Give the address that tills connect to."""
    return f"ws://127.0.0.1:{port}{PATH}"


def start(python, port, dsn, odoo_url, environment, log):
    """Start the gateway on a port that is held for it, its output in the file ``log``.

    Give the :class:`subprocess.Popen`.

    :param dsn: of Odoo's database
    :param environment: Odoo's, for ``REDIS_URL`` and what the user has set
    """
    kept = {name: value for name, value in environment.items() if name not in NOT_ITS_OWN}
    own = {
        "PYTHONPATH": os.fspath(ADDONS / "fynlo_sync"),
        "FYNLO_GATEWAY_PORT": str(port),
        "FYNLO_GATEWAY_DSN": dsn,
        "FYNLO_GATEWAY_JWKS_URL": f"{odoo_url}/api/v1/auth/jwks",
        "FYNLO_GATEWAY_ORIGINS": f"{odoo_url},{odoo_url.replace('127.0.0.1', 'localhost')}",
    }
    with open(log, "wb") as output:
        return subprocess.Popen(
            [python, "-m", "fynlo_gateway"],
            env={**kept, **own},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_answers(child, port, log):
    """Wait until the gateway answers; whether it lets tills in is for the database to say.

    :raise LauncherError: it ended, or did not answer in time
    """
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and child.poll() is None:
        if health(port) is not None:
            return
        time.sleep(0.1)
    raise LauncherError(f"The gateway does not start: {server.last_error(log)} (log: {log})")


def health(port):
    """Give the text of ``/healthz``; None when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
