"""The gateway beside a real Odoo: its tokens are taken, and what ends them is felt."""

import json
import time
from contextlib import closing
from types import SimpleNamespace

import psycopg2
import pytest
import requests
from world import Client, running_gateway

from launcher.testing import run_python, running_server

PASSWORD = "a-password-for-tests"
GONE_WITHIN_S = 2
PEOPLE = f"""
import json
from odoo.fields import Command
env.ref("base.user_admin").password = {PASSWORD!r}
for name in ("mia", "tom", "rick", "kim"):
    groups = env.ref("base.group_user") | env.ref("fynlo_base.group_fynlo_manager")
    env["res.users"].with_context(no_reset_password=True).create({{
        "name": name, "login": name, "password": {PASSWORD!r},
        "group_ids": [Command.set(groups.ids)],
    }})
store = env["pos.config"].create({{"name": "Main Street"}})
env["ir.config_parameter"].set_param("fynlo.rate_limit.auth", "1000,1000")
env.cr.commit()
print(json.dumps([store.id, store.fynlo_uuid]))
"""


@pytest.fixture(scope="module")
def server():
    with running_server() as running:
        yield running


@pytest.fixture(scope="module")
def store(server):
    """``(id, uuid)`` of a store."""
    return tuple(json.loads(run_python(server.database, PEOPLE).splitlines()[-1]))


@pytest.fixture(scope="module")
def gateway(server, store, tmp_path_factory):
    keys = SimpleNamespace(url=f"{server.base_url}/api/v1/auth/jwks")
    surroundings = SimpleNamespace(dsn=server.dsn, keys=keys)
    with running_gateway(surroundings, tmp_path_factory.mktemp("real")) as running:
        yield running


def call(server, method, path, body=None, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{server.base_url}/api/v1{path}"
    answer = requests.request(method, url, json=body, headers=headers, timeout=30)
    assert answer.ok, answer.text
    return answer.json().get("data")


def sign_in(server, login):
    return call(server, "POST", "/auth/login", {"login": login, "password": PASSWORD})


def test_tokens_of_odoo_are_taken_and_lead_to_its_stores(server, gateway, store):
    signed = sign_in(server, "mia")
    client = Client(gateway, signed["accessToken"], store=store[1])
    with closing(psycopg2.connect(server.dsn)) as connection, connection:
        query = "UPDATE pos_config SET name = 'High Street' WHERE id = %s"
        connection.cursor().execute(query, [store[0]])
    assert client.hear()["tables"] == ["pos_config"]
    renewed = call(server, "POST", "/auth/refresh", {"refreshToken": signed["refreshToken"]})
    client.say(type="reauth", token=renewed["accessToken"])
    assert client.hear()["type"] == "authenticated"
    client.close()


def log_out(server, _login, token):
    call(server, "POST", "/auth/logout", {}, token)


def archive(server, login, _token):
    write_user(server, login, {"active": False})


def change_password(server, login, _token):
    write_user(server, login, {"password": "another-password"})


def write_user(server, login, values):
    """Change a user the way the web client's administrator does."""

    def rpc(method, *arguments):
        params = [server.database.name, 2, PASSWORD, "res.users", method, list(arguments)]
        call = {"service": "object", "method": "execute_kw", "args": params}
        body = {"jsonrpc": "2.0", "method": "call", "params": call}
        answer = requests.post(f"{server.base_url}/jsonrpc", json=body, timeout=30).json()
        assert "error" not in answer, answer
        return answer["result"]

    rpc("write", rpc("search", [("login", "=", login)]), values)


@pytest.mark.parametrize(
    ("login", "end"), [("tom", log_out), ("rick", archive), ("kim", change_password)]
)
def test_what_ends_a_session_in_odoo_closes_its_connections(server, gateway, store, login, end):
    token = sign_in(server, login)["accessToken"]
    client = Client(gateway, token)
    assert client.welcome["type"] == "welcome"
    end(server, login, token)
    began = time.monotonic()
    assert client.closing() == (4401, "session_ended")
    assert time.monotonic() - began < GONE_WITHIN_S
    client.close()
