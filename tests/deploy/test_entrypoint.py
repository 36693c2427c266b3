"""The container's entry point, in front of a program that stands in for Odoo."""

import json
import os
import socket
import subprocess
import sys

import pytest
from paths import DEPLOY

from launcher import ports

ODOO = f"""#!{sys.executable}
import fcntl, json, os, sys
try:
    flags = fcntl.fcntl(3, fcntl.F_GETFL)
except OSError:
    flags = None
facts = {{name: os.environ.get(name) for name in ("PGPASSWORD", "LISTEN_FDS", "LISTEN_PID")}}
facts |= {{"pid": str(os.getpid()), "arguments": sys.argv[1:], "socket": flags is not None}}
facts |= {{"waits": flags is not None and not flags & os.O_NONBLOCK}}
print(json.dumps(facts), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path):
    """Start the entry point; give the process and what the stand-in saw."""
    program = tmp_path / "odoo"
    program.write_text(ODOO, encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "password").write_text("s3cret\n", encoding="utf-8")
    running = []

    def run(*arguments, port=0):
        environment = {
            **os.environ,
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "PGPASSWORD_FILE": str(tmp_path / "password"),
            "ODOO_HTTP_INTERFACE": "127.0.0.1",
            "ODOO_HTTP_PORT": str(port),
        }
        command = [sys.executable, str(DEPLOY / "odoo/entrypoint.py"), *arguments]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
        running.append(process)
        return json.loads(process.stdout.readline())

    yield run
    for process in running:
        process.communicate()


def test_password_and_arguments_reach_odoo(start):
    facts = start("--init=fynlo_base", "--no-http")
    assert facts["PGPASSWORD"] == "s3cret"
    assert facts["arguments"] == ["--init=fynlo_base", "--no-http"]


def test_socket_is_handed_over_as_systemd_does(start):
    facts = start()
    assert (facts["LISTEN_FDS"], facts["LISTEN_PID"]) == ("1", facts["pid"])
    assert (facts["socket"], facts["waits"]) == (True, False)


def test_without_http_there_is_no_socket(start):
    facts = start("--no-http")
    assert (facts["LISTEN_FDS"], facts["socket"]) == (None, False)


def test_queue_holds_a_burst_while_nobody_accepts(start):
    with ports.hold() as port:
        start(port=port)
    callers = [socket.create_connection(("127.0.0.1", port), 0.5) for _ in range(300)]
    assert len(callers) == 300
    for caller in callers:
        caller.close()
