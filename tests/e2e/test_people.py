"""Pairing and PINs under real parallel requests: two workers, one database.

A counter that is read, then written, lets parallel guesses through; a code that is looked up,
then marked, pairs two tills. Neither shows in a test that shares one connection.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
import requests

from launcher.testing import run_python, running_server, scratch_database

PIN, WRONG_PIN = "7391", "7392"
TIMEOUT_S = 60
OWNER = {"login": "olga", "password": "olga-keeps-the-books"}

PEOPLE = f"""
from odoo.fields import Command
groups = env.ref("base.group_user") | env.ref("fynlo_base.group_fynlo_owner")
env["res.users"].with_context(no_reset_password=True).create({{
    "name": "Olga", "login": {OWNER["login"]!r}, "password": {OWNER["password"]!r},
    "email": "olga@example.com", "group_ids": [Command.set(groups.ids)],
}})
store = env["pos.config"].create({{"name": "Main Street"}})
team = env["hr.employee"].create(
    [{{"name": f"E{{index}}", "fynlo_role": "supervisor"}} for index in range(8)]
)
for employee in team:
    employee._fynlo_set_pin({PIN!r})
for rate_class in ("read", "write", "auth"):
    env["ir.config_parameter"].set_param(f"fynlo.rate_limit.{{rate_class}}", "1000,1000")
print("IDS", store.fynlo_uuid, *team.mapped("fynlo_uuid"))
env.cr.commit()
"""


class Shop:
    """The API of one server, and what the database says afterwards."""

    def __init__(self, server, store_id, employee_ids):
        self.server, self.store_id, self.employee_ids = server, store_id, employee_ids
        self.owner = self.call("/auth/login", OWNER).json()["data"]["accessToken"]

    def call(self, path, body, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.server.base_url}/api/v1{path}"
        return requests.post(url, json=body, headers=headers, timeout=TIMEOUT_S)

    def make_code(self):
        reply = self.call("/devices/pairing-codes", {"storeId": self.store_id}, self.owner)
        return reply.json()["data"]["code"]

    def pair(self, code, name):
        return self.call("/devices/pair", {"code": code, "name": name, "platform": "ipados"})

    def make_till(self, name):
        """Pair a till and return its access token."""
        return self.pair(self.make_code(), name).json()["data"]["accessToken"]

    def sign_in(self, till, employee_id, pin):
        return self.call("/auth/pin", {"employeeId": employee_id, "pin": pin}, till)

    def query(self, text, *values):
        with psycopg2.connect(self.server.dsn) as connection, connection.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()


@pytest.fixture(scope="module")
def shop():
    with scratch_database() as database:
        output = run_python(database, PEOPLE)
        line = next(line for line in output.splitlines() if line.startswith("IDS"))
        store_id, *employee_ids = line.split()[1:]
        with running_server(database) as server:
            yield Shop(server, store_id, employee_ids)


@pytest.fixture(autouse=True)
def no_counts(shop):
    """Start each test without what the last one has guessed."""
    with psycopg2.connect(shop.server.dsn) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM fynlo_lockout")


def together(function, items):
    """Call ``function`` with each item, all at once."""
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(function, items))


def count(replies):
    return Counter((reply.status_code, reply.json().get("code")) for reply in replies)


def test_one_code_pairs_one_till(shop):
    code = shop.make_code()
    replies = together(lambda index: shop.pair(code, f"Twin {index}"), range(8))
    assert count(replies) == {(201, None): 1, (422, "pairing_code_invalid"): 7}
    assert shop.query("SELECT count(*) FROM fynlo_device WHERE name LIKE 'Twin %%'") == [(1,)]


def test_tills_that_are_paired_at_once_get_different_numbers(shop):
    codes = [shop.make_code() for _ in range(6)]
    replies = together(lambda code: shop.pair(code, "Rush"), codes)
    assert count(replies) == {(201, None): 6}
    numbers = sorted(reply.json()["data"]["device"]["number"] for reply in replies)
    assert numbers == list(range(numbers[0], numbers[0] + 6))


def test_first_sign_ins_at_once_make_one_technical_user(shop):
    till = shop.make_till("Morning")
    assert shop.query("SELECT FROM res_users WHERE fynlo_technical_role = 'supervisor'") == []
    replies = together(lambda who: shop.sign_in(till, who, PIN), shop.employee_ids)
    assert count(replies) == {(200, None): 8}
    found = "SELECT count(*) FROM res_users WHERE fynlo_technical_role = 'supervisor'"
    assert shop.query(found) == [(1,)]


def test_parallel_guesses_get_no_more_than_five_tries(shop):
    till, victim = shop.make_till("Night"), shop.employee_ids[0]
    replies = together(lambda _: shop.sign_in(till, victim, WRONG_PIN), range(30))
    assert count(replies) == {(401, "pin_invalid"): 5, (429, "locked_out"): 25}
    assert count([shop.sign_in(till, victim, PIN)]) == {(429, "locked_out"): 1}
    other = shop.make_till("Day")
    assert count([shop.sign_in(other, victim, PIN)]) == {(200, None): 1}


def test_a_till_gets_no_more_than_twenty_tries(shop):
    till = shop.make_till("Lost")
    guesses = [who for who in shop.employee_ids for _ in range(4)]
    replies = together(lambda who: shop.sign_in(till, who, WRONG_PIN), guesses)
    assert count(replies) == {(401, "pin_invalid"): 20, (429, "locked_out"): 12}
