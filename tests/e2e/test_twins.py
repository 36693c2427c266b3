"""A request that comes twice, at the same moment or later, is one request.

Real connections to a real server with four workers: the twins meet in the database.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import psycopg2
import pytest
import requests

from launcher.testing import lift_rate_limits, running_server, scratch_database

TWINS = 20
ROUNDS = 200
TIMEOUT_S = 60


class Till:
    """A cashier on a paired till of the demo restaurant, with an open session."""

    def __init__(self, server):
        self.server = server
        (owner,) = [login for login in server.demo["logins"] if login["role"] == "owner"]
        (cashier, *_) = [person for person in server.demo["pins"] if person["role"] == "cashier"]
        self.token = None
        sign_in = {"login": owner["login"], "password": owner["password"]}
        self.token = self.data("/auth/login", sign_in)["accessToken"]
        code = self.data("/devices/pairing-codes", {"storeId": server.demo["store"]["id"]})["code"]
        till = self.data("/devices/pair", {"code": code, "name": "Till", "platform": "ios"})
        self.token = till["accessToken"]
        pin = {"employeeId": cashier["employee_id"], "pin": cashier["pin"]}
        self.token = self.data("/auth/pin", pin)["accessToken"]
        self.data("/sessions/open", {"id": str(uuid4()), "openingCash": 10_000})

    def call(self, method, path, body=None, **headers):
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        url = f"{self.server.base_url}/api/v1{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=TIMEOUT_S)

    def data(self, path, body):
        reply = self.call("POST", path, body)
        assert reply.ok, reply.text
        return reply.json()["data"]

    def order(self):
        """Give the body of a sale that is paid in cash."""
        catalog = self.call("GET", "/catalog").json()["data"]
        product = next(
            product
            for product in catalog["products"]
            if product["sold"] and product["type"] == "product" and not product["choices"]
            if product["variants"][0]["available"]
        )
        cash = next(method for method in catalog["paymentMethods"] if method["type"] == "cash")
        line = {"id": str(uuid4()), "productId": product["variants"][0]["id"], "quantity": 2}
        cart = {"orderType": "takeaway", "lines": [line]}
        owed = self.data("/orders/quote", cart)["cashTotal"]
        payment = {"id": str(uuid4()), "method": cash["id"], "amount": owed, "tendered": owed}
        return {"id": str(uuid4()), **cart, "payments": [payment]}

    def count(self, query, *values):
        with psycopg2.connect(self.server.dsn) as connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()[0]


@pytest.fixture(scope="module")
def till():
    with scratch_database(demo=True) as database:
        lift_rate_limits(database)
        with running_server(database, workers=4) as server:
            yield Till(server)


def send_together(senders):
    """Call the functions at the same moment; give their results."""
    barrier = Barrier(len(senders))

    def send(sender):
        barrier.wait()
        return sender()

    with ThreadPoolExecutor(len(senders)) as pool:
        return list(pool.map(send, senders))


def test_twenty_twins_are_one_sale(till):
    order = till.order()
    replies = send_together([lambda: till.call("POST", "/orders", order)] * TWINS)
    assert sorted(reply.status_code for reply in replies) == [200] * (TWINS - 1) + [201]
    for reply in replies:
        is_replay = reply.headers.get("Idempotent-Replay") == "true"
        assert is_replay == (reply.status_code == 200)
    first, *others = [reply.json()["data"] for reply in replies]
    assert all(other == first for other in others)
    assert first["paymentState"] == "paid"
    (payment,) = order["payments"]
    assert till.count("SELECT count(*) FROM pos_order WHERE uuid = %s", order["id"]) == 1
    assert till.count("SELECT count(*) FROM pos_payment WHERE uuid = %s", payment["id"]) == 1


def test_a_twin_that_comes_later_gets_the_same_answer(till):
    order = till.order()
    first = till.call("POST", "/orders", order)
    later = till.call("POST", "/orders", dict(reversed(order.items())))
    assert (first.status_code, later.status_code) == (201, 200)
    assert later.json()["data"] == first.json()["data"]


def test_the_same_id_with_another_body_is_refused(till):
    """Two bodies race under one id: one wins, the other is told so, and nothing of it stays."""
    for number in range(ROUNDS):
        move = {"id": str(uuid4()), "type": "in", "amount": 100, "reason": f"round {number}"}
        rival = {**move, "amount": 200}
        replies = send_together([
            lambda body=body: till.call("POST", "/sessions/current/cash-moves", body)
            for body in (move, rival)
        ])  # fmt: skip
        won, lost = sorted(replies, key=lambda reply: reply.status_code)
        assert (won.status_code, lost.status_code) == (201, 409), (won.text, lost.text)
        assert lost.json()["code"] == "idempotency_conflict"
        stored = "SELECT sum(amount) FROM account_bank_statement_line WHERE fynlo_uuid = %s"
        assert till.count(stored, move["id"]) * 100 == won.json()["data"]["amount"]
