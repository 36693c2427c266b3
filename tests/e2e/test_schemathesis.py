"""A running server keeps to its own OpenAPI document, whatever is sent to it.

Schemathesis makes requests from the document, right ones and wrong ones. None may end in a 5xx,
in a status or a header that the document does not tell, or in a body of another shape; and none
that the document forbids may succeed.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from launcher.testing import lift_rate_limits, running_server, scratch_database

CASES_AT_LEAST = 2_000
TIMEOUT_S = 30
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
]
#: They would end the sign-in that the other requests need.
LEFT_OUT = ["auth.logout", "auth.end_session"]
#: The systematic cases once, as the one who may do most; random ones as everybody.
PHASES = {"owner": "coverage,fuzzing", "cashier": "fuzzing", "device": "fuzzing"}
#: Random cases of each operation.
EXAMPLES = 15 if os.environ.get("FYNLO_LONG_TESTS") else 5

cases = {}


@pytest.fixture(scope="module")
def server():
    with scratch_database(demo=True) as database:
        lift_rate_limits(database)
        with running_server(database) as running:
            yield running


@pytest.fixture(scope="module")
def tokens(server):
    """Sign in as the owner, pair a till, and sign a cashier in on it."""

    def post(path, body, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{server.base_url}/api/v1{path}"
        reply = requests.post(url, json=body, headers=headers, timeout=TIMEOUT_S)
        assert reply.ok, reply.text
        return reply.json()["data"]

    (owner,) = [login for login in server.demo["logins"] if login["role"] == "owner"]
    (cashier, *_) = [person for person in server.demo["pins"] if person["role"] == "cashier"]
    signed_in = post("/auth/login", {"login": owner["login"], "password": owner["password"]})
    store = {"storeId": server.demo["store"]["id"]}
    code = post("/devices/pairing-codes", store, signed_in["accessToken"])["code"]
    till = post("/devices/pair", {"code": code, "name": "Till", "platform": "ipados"})
    pin = {"employeeId": cashier["employee_id"], "pin": cashier["pin"]}
    at_till = post("/auth/pin", pin, till["accessToken"])
    return {
        "owner": signed_in["accessToken"],
        "cashier": at_till["accessToken"],
        "device": till["accessToken"],
    }


@pytest.mark.parametrize("role", PHASES)
def test_every_answer_is_documented(role, server, tokens, tmp_path):
    command = [Path(sys.executable).with_name("schemathesis"), "run", "--no-color", "--seed=1"]
    command += [f"{server.base_url}/api/v1/openapi.json", f"--checks={','.join(CHECKS)}"]
    command += [f"--header=Authorization: Bearer {tokens[role]}", "--workers=2"]
    command += [
        f"--phases={PHASES[role]}",
        f"--max-examples={EXAMPLES}",
        "--generation-database=none",
    ]
    command += [f"--exclude-operation-id={name}" for name in LEFT_OUT]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    cases[role] = int(re.search(r"(\d+) generated", done.stdout)[1])


def test_enough_was_asked():
    assert sum(cases.values()) >= CASES_AT_LEAST, cases
