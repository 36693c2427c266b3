"""Other people's Stripe servers, each in a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

_START_S = 30


@contextmanager
def localstripe():
    """Run ``localstripe`` (PyPI, GPL: nothing of it is imported here); yield its URL."""
    port = _free_port()
    python = os.environ.get("FYNLO_LOCALSTRIPE_PYTHON", sys.executable)
    with _running(
        [python, "-m", "localstripe", "--port", str(port), "--from-scratch"], port
    ) as url:
        yield url


@contextmanager
def stateful_mock():
    """Run ``stripe-stateful-mock`` (npm), whose ``cli.js`` is named in the environment."""
    port = _free_port()
    with _running(["node", os.environ["FYNLO_STRIPE_STATEFUL_MOCK"]], port, PORT=str(port)) as url:
        yield url


@contextmanager
def _running(command, port, **environment):
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(url, process):
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{' '.join(process.args)} does not answer.")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
