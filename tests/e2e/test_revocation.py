"""What ends a sign-in is felt by the very next request, in every process.

Two servers with two workers each stand on one database. Something happens on the first, the next
request goes to the second.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
import requests

from launcher.testing import run_python, running_server, scratch_database

PASSWORD = "a-password-for-tests"
PIN = "7391"
TIMEOUT_S = 30

PEOPLE = f"""
from odoo.fields import Command
env.ref("base.user_admin").password = {PASSWORD!r}
for name, role in [("olga", "owner"), ("mia", "manager"), ("rick", "manager"), ("tom", "manager")]:
    groups = env.ref("base.group_user") | env.ref(f"fynlo_base.group_fynlo_{{role}}")
    env["res.users"].with_context(no_reset_password=True).create({{
        "name": name, "login": name, "email": f"{{name}}@example.com", "password": {PASSWORD!r},
        "group_ids": [Command.set(groups.ids)],
    }})
store = env["pos.config"].create({{"name": "Main Street"}})
ada = env["hr.employee"].create({{"name": "Ada", "fynlo_role": "cashier"}})
ada._fynlo_set_pin({PIN!r})
print("IDS", store.fynlo_uuid, ada.fynlo_uuid)
env["ir.config_parameter"].set_param("fynlo.rate_limit.auth", "1000,1000")
env.cr.commit()
"""


class Client:
    """The API of one server."""

    def __init__(self, server):
        self.server = server

    def call(self, method, path, body=None, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.server.base_url}/api/v1{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=TIMEOUT_S)

    def data(self, *args, **kwargs):
        response = self.call(*args, **kwargs)
        assert response.ok, response.text
        return response.json()["data"]

    def login(self, login):
        return self.data("POST", "/auth/login", {"login": login, "password": PASSWORD})

    def refresh(self, token):
        return self.call("POST", "/auth/refresh", {"refreshToken": token})

    def is_let_in(self, token):
        """Tell whether the token is taken; a refusal has to be the right one."""
        response = self.call("GET", "/auth/me", token=token)
        if response.status_code != 200:
            assert (response.status_code, response.json()["code"]) == (401, "token_invalid")
        return response.status_code == 200

    def rpc(self, model, method, *args):
        """Call Odoo as its administrator, the way the web client's users change things."""
        params = [self.server.database.name, 2, PASSWORD, model, method, list(args)]
        call = {"service": "object", "method": "execute_kw", "args": params}
        body = {"jsonrpc": "2.0", "method": "call", "params": call}
        answer = requests.post(f"{self.server.base_url}/jsonrpc", json=body, timeout=TIMEOUT_S)
        assert "error" not in answer.json(), answer.text
        return answer.json().get("result")

    def user_id(self, login):
        return self.rpc("res.users", "search", [("login", "=", login)])[0]


@pytest.fixture(scope="module")
def site():
    """Give the two clients and the ids of the store and the employee."""
    with scratch_database() as database:
        output = run_python(database, PEOPLE)
        line = next(line for line in output.splitlines() if line.startswith("IDS"))
        store_id, employee_id = line.split()[1:]
        with psycopg2.connect(database.dsn) as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM fynlo_signing_key")  # the first sign-in makes them
        with running_server(database) as first, running_server(database) as second:
            yield Client(first), Client(second), store_id, employee_id


def query(client, text, *values):
    with psycopg2.connect(client.server.dsn) as connection, connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def together(function, times):
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: function(), range(times)))


def assert_ends(act, other, *tokens):
    """Check that the tokens are good on ``other``, and bad right after ``act``."""
    assert all(other.is_let_in(token) for token in tokens)
    act()
    done = time.monotonic()
    assert not any(other.is_let_in(token) for token in tokens)
    assert time.monotonic() - done < 1


def test_many_first_sign_ins_at_once_make_one_key(site):
    one, two, *_ = site
    both = iter([one, two] * 4)
    pairs = together(lambda: next(both).login("mia"), 8)
    found = query(one, "SELECT state, count(*) FROM fynlo_signing_key GROUP BY state ORDER BY 1")
    assert found == [("current", 1), ("next", 1)]
    for pair in pairs:
        assert one.is_let_in(pair["accessToken"])
        assert two.is_let_in(pair["accessToken"])


def test_a_rotation_is_known_to_all(site):
    one, two, *_ = site
    before = one.login("mia")["accessToken"]
    one.rpc("fynlo.signing.key", "action_rotate", [])
    after = one.login("mia")["accessToken"]
    assert before.split(".")[0] != after.split(".")[0]
    assert two.is_let_in(before)
    assert two.is_let_in(after)
    assert two.login("mia")["accessToken"].split(".")[0] == after.split(".")[0]


def test_logout(site):
    one, two, *_ = site
    gone, kept = one.login("mia")["accessToken"], one.login("mia")["accessToken"]
    assert_ends(lambda: one.call("POST", "/auth/logout", token=gone), two, gone)
    assert two.is_let_in(kept)


def test_a_new_password(site):
    one, two, *_ = site
    token = one.login("rick")["accessToken"]
    user_id = one.user_id("rick")
    change = {"password": PASSWORD + "!"}
    assert_ends(lambda: one.rpc("res.users", "write", [user_id], change), two, token)


@pytest.mark.parametrize("side", ["user", "group"])
def test_another_group(site, side):
    one, two, *_ = site
    token = one.login("tom")["accessToken"]
    user_id = one.user_id("tom")
    group_id = one.rpc("res.groups", "search", [("full_name", "=", "Fynlo / Manager")])[0]

    def write(command):
        if side == "user":
            one.rpc("res.users", "write", [user_id], {"group_ids": [(command, group_id)]})
        else:
            one.rpc("res.groups", "write", [group_id], {"user_ids": [(command, user_id)]})

    assert_ends(lambda: write(3), two, token)
    refused = one.call("POST", "/auth/login", {"login": "tom", "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (403, "no_fynlo_role")
    write(4)
    assert two.is_let_in(one.login("tom")["accessToken"])


def test_an_archived_user(site):
    one, two, *_ = site
    token = one.login("tom")["accessToken"]
    user_id = one.user_id("tom")
    assert_ends(lambda: one.rpc("res.users", "write", [user_id], {"active": False}), two, token)
    one.rpc("res.users", "write", [user_id], {"active": True})


def test_a_session_ended_by_the_owner(site):
    one, two, *_ = site
    token, owner = one.login("mia")["accessToken"], one.login("olga")["accessToken"]
    session_id = one.data("GET", "/auth/me", token=token)["sessionId"]
    end = ("DELETE", f"/auth/sessions/{session_id}")
    assert_ends(lambda: one.data(*end, token=owner), two, token)


def test_a_revoked_device_and_who_is_signed_in_on_it(site):
    one, two, store_id, employee_id = site
    owner = one.login("olga")["accessToken"]
    code = one.data("POST", "/devices/pairing-codes", {"storeId": store_id}, owner)["code"]
    till = one.data("POST", "/devices/pair", {"code": code, "name": "Bar", "platform": "ipados"})
    body = {"employeeId": employee_id, "pin": PIN}
    ada = one.data("POST", "/auth/pin", body, till["accessToken"])["accessToken"]
    revoke = ("DELETE", f"/devices/{till['device']['id']}")
    assert_ends(lambda: one.data(*revoke, token=owner), two, till["accessToken"], ada)
    assert two.refresh(till["refreshToken"]).status_code == 401


def test_a_refresh_token_used_twice_ends_the_session(site):
    one, two, *_ = site
    stolen = one.login("mia")["refreshToken"]
    second = one.refresh(stolen).json()["data"]
    third = one.refresh(second["refreshToken"]).json()["data"]
    assert two.is_let_in(third["accessToken"])
    answer = two.refresh(stolen)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_reused")
    assert not one.is_let_in(third["accessToken"])
    assert one.refresh(third["refreshToken"]).status_code == 401
    reason = "SELECT revoke_reason FROM fynlo_auth_session ORDER BY id DESC LIMIT 1"
    assert query(one, reason) == [("token_reused",)]


def test_parallel_refreshes_of_one_token_all_get_the_same_next_one(site):
    one, two, *_ = site
    token = one.login("mia")["refreshToken"]
    both = iter([one, two] * 5)
    answers = together(lambda: next(both).refresh(token), 10)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["data"]["refreshToken"] for answer in answers}) == 1
    chain = """SELECT count(*), count(used_at) FROM fynlo_refresh_token WHERE session_id =
               (SELECT max(id) FROM fynlo_auth_session)"""
    assert query(one, chain) == [(2, 1)]
    assert one.refresh(answers[0].json()["data"]["refreshToken"]).status_code == 200


def test_failed_codes_are_counted_although_the_request_fails(site):
    one, two, *_ = site
    user_id = one.user_id("olga")
    with psycopg2.connect(one.server.dsn) as connection, connection.cursor() as cursor:
        secret = "UPDATE res_users SET totp_secret = 'MFRGGZDFMZTWQ2LK' WHERE id = %s"
        cursor.execute(secret, (user_id,))
    body = {"login": "olga", "password": PASSWORD, "totp": "000000"}
    for client in (one, two, one, two, one):
        assert client.call("POST", "/auth/login", body).json()["code"] == "totp_invalid"
    assert two.call("POST", "/auth/login", body).json()["code"] == "locked_out"
    kept = "SELECT count(*) FROM auth_totp_rate_limit_log WHERE user_id = %s"
    assert query(one, kept, user_id) == [(5,)]


def test_the_use_is_noted_at_most_once_a_minute(site):
    one, two, *_ = site
    token = one.login("mia")["accessToken"]
    last = "SELECT max(id) FROM fynlo_auth_session"
    noted = f"SELECT last_used_at > now() AT TIME ZONE 'UTC' - interval '50 s' \
              FROM fynlo_auth_session WHERE id = ({last})"
    age = f"UPDATE fynlo_auth_session SET last_used_at = now() AT TIME ZONE 'UTC' - \
            make_interval(secs => %s) WHERE id = ({last}) RETURNING id"
    for seconds, expected in ((55, False), (65, True)):
        query(one, age, seconds)
        assert two.is_let_in(token)
        assert query(one, noted) == [(expected,)]


def test_a_forgotten_password_is_mailed_to_who_has_an_account(site):
    one, *_ = site
    for email in ("nobody@example.com", "mia@example.com"):
        assert one.call("POST", "/auth/password/forgot", {"email": email}).status_code == 202
    asked = "SELECT email FROM res_partner WHERE signup_type = 'reset'"
    deadline = time.monotonic() + 20
    while not (found := query(one, asked)):
        assert time.monotonic() < deadline, "no mail was made"
        time.sleep(0.2)
    assert found == [("mia@example.com",)]
    assert "Password reset email sent for user <mia>" in one.server.log.read_text()
