"""The store whose tills synchronize: a real Odoo, who works there, and what it has."""

import json
import time
from contextlib import closing, contextmanager
from functools import lru_cache
from itertools import count
from urllib.parse import urlencode
from uuid import uuid4

import psycopg2
import requests

TIMEOUT_S = 60
PATIENCE_S = 60
#: Tills may exchange what they have so often, however long that takes.
ROUNDS = 3
KINDS = ("created", "updated", "deleted")
NO_RATE_LIMITS = """
for rate_class in ("read", "write", "auth", "bulk"):
    env["ir.config_parameter"].set_param(f"fynlo.rate_limit.{rate_class}", "100000,100000")
env.cr.commit()
"""


class Store:
    """The demo restaurant of a running server, with an open session."""

    def __init__(self, server):
        self.server, self.dsn = server, server.dsn
        self.base_url = f"{server.base_url}/api/v1"
        self.id = server.demo["store"]["id"]
        [self._owner] = [each for each in server.demo["logins"] if each["role"] == "owner"]
        self.sign_in()
        self.quote = lru_cache(self._quote)

    def sign_in(self):
        sign_in = {name: self._owner[name] for name in ("login", "password")}
        self.token = self.ask("POST", "/auth/login", sign_in, None)["accessToken"]

    def ask(self, method, path, body=None, token=""):
        """Ask the API as the owner, or by a token; return the ``data`` of its answer."""
        token = self.token if token == "" else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers["X-Store-Id"] = self.id
        reply = requests.request(
            method, self.base_url + path, json=body, headers=headers, timeout=TIMEOUT_S
        )
        assert reply.ok, (path, reply.text)
        return reply.json().get("data")

    def pair(self, name, role):
        """Pair a till; return its id, and what signs somebody of a role in and gives his token.

        The till's own tokens are renewed each time: they end like anybody's.
        """
        self.sign_in()
        code = self.ask("POST", "/devices/pairing-codes", {"storeId": self.id})["code"]
        body = {"code": code, "name": name, "platform": "ios"}
        own = paired = self.ask("POST", "/devices/pair", body, None)
        person = next(each for each in self.server.demo["pins"] if each["role"] == role)
        pin = {"employeeId": person["employee_id"], "pin": person["pin"]}

        def sign_in():
            nonlocal own
            own = self.ask("POST", "/auth/refresh", {"refreshToken": own["refreshToken"]}, None)
            return self.ask("POST", "/auth/pin", pin, own["accessToken"])["accessToken"]

        return paired["device"]["id"], sign_in

    def open_session(self, token):
        self.ask("POST", "/sessions/open", {"id": str(uuid4()), "openingCash": 10_000}, token)

    def truth(self, token):
        """Return ``{table: {id: row}}`` of all that a till may see now: a first pull."""
        page = self.ask("GET", "/sync/pull", token=token)
        tables = {name: [] for name in page["changes"]}
        while True:
            for name, told in page["changes"].items():
                tables[name] += told["updated"]
            if not page["hasMore"]:
                return {name: {row["id"]: row for row in rows} for name, rows in tables.items()}
            query = urlencode({"pageToken": page["pageToken"]})
            page = self.ask("GET", f"/sync/pull?{query}", token=token)

    def run(self, query, *values):
        """Run a statement in a transaction of its own; return its rows."""
        with self.transaction() as cursor:
            cursor.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def count(self, query, *values):
        [[number]] = self.run(query, *values)
        return number

    def busy_workers(self):
        """Return the process ids of the workers that have a transaction open on this database."""
        query = """SELECT application_name FROM pg_stat_activity
                   WHERE datname = current_database() AND xact_start IS NOT NULL
                   AND application_name ~ '^odoo-[0-9]+$'"""
        return {int(name.removeprefix("odoo-")) for (name,) in self.run(query)}

    @contextmanager
    def transaction(self):
        """Give a cursor whose transaction is committed at the end of the block."""
        with closing(psycopg2.connect(self.dsn)) as connection, connection:
            yield connection.cursor()

    # --- What a till sells

    def _quote(self, product_id, quantity):
        cart = {"orderType": "takeaway", "lines": [
            {"id": str(uuid4()), "productId": product_id, "quantity": quantity}
        ]}  # fmt: skip
        return self.ask("POST", "/orders/quote", cart)["cashTotal"]

    @staticmethod
    def order(**values):
        """Return the row of a new order, ready to be written."""
        ago = int(time.time() * 1000) - 60_000
        return ("orders", "created", str(uuid4()), {
            "orderType": "takeaway", "occurredAt": ago, **values
        })  # fmt: skip

    @staticmethod
    def line(order, product_id, quantity=1, **values):
        return ("orderLines", "created", str(uuid4()), {
            "orderId": order[2], "productId": product_id, "quantity": quantity, **values
        })  # fmt: skip

    @staticmethod
    def payment(order, method_id, amount):
        return ("payments", "created", str(uuid4()), {
            "orderId": order[2], "methodId": method_id, "amount": amount, "tendered": amount
        })  # fmt: skip

    def sale(self, tables, product_id=None, quantity=1, **values):
        """Return ``(order, line, payment)`` of a sale in cash, by what a till has."""
        product_id = product_id or self.products(tables)[0]
        cash = next(row for row in tables["paymentMethods"].values() if row["type"] == "cash")
        order = self.order(**values)
        total = self.quote(product_id, quantity)
        return order, self.line(order, product_id, quantity), self.payment(order, cash["id"], total)

    @staticmethod
    def products(tables):
        """Return the ids of the variants that are sold without a choice, stocked ones first."""
        rows = [
            row
            for row in tables["products"].values()
            if row["sold"] and row["available"] and row["type"] == "product"
            if not json.loads(row["choices"])
        ]
        rows.sort(key=lambda row: (not row["stocked"], row["id"]))
        variants = (json.loads(row["variants"]) for row in rows)
        return [each[0]["id"] for each in variants if len(each) == 1 and each[0]["available"]]


def plain(tables):
    """Return a till's tables as the server tells them, without what the till keeps for itself."""
    own = ("_status", "_changed", "updated_at")
    return {
        name: {id_: {key: row[key] for key in row if key not in own} for id_, row in rows.items()}
        for name, rows in tables.items()
    }


def differences(till, truth):
    """Return what a till has other than the server: ``[(table, id, till's row, server's)]``."""
    mine = plain(till.tables())
    return [
        (name, row_id, mine[name].get(row_id), rows.get(row_id))
        for name, rows in truth.items()
        for row_id in {*mine[name], *rows}
        if mine[name].get(row_id) != rows.get(row_id)
    ]


def settle(store, *tills, patience_s=PATIENCE_S, leaving=()):
    """Synchronize until every till has what the server tells; return that.

    What the last till sends, the first one gets in the next round; and the server works on by
    itself for a while: stock is posted and figures are counted.

    :param leaving: tables that do not have to agree
    """
    deadline = time.monotonic() + patience_s
    for number in count(1):
        for till in tills:
            till.sync()
        truth = store.truth(tills[0].token)
        found = [
            (till.name, each)
            for till in tills
            for each in differences(till, truth)
            if each[0] not in leaving
        ]
        if not found:
            return truth
        assert number < ROUNDS or time.monotonic() < deadline, found[:5]
        time.sleep(0.3)


def sync_until_it_works(till, patience_s=90):
    """Synchronize as an app does, until it works; return how often it did not."""
    deadline, failed = time.monotonic() + patience_s, 0
    while error := till.try_sync().get("error"):
        is_passing = error["name"] == "TypeError" or error["status"] in (200, 500, 502, 503)
        assert is_passing and time.monotonic() < deadline, error
        failed += 1
        time.sleep(0.2)
    return failed


def add_customer(*tills, **values):
    """Have the first till write a new customer and all get him; return his id."""
    row_id = str(uuid4())
    row = {"firstName": "Zoe", "lastName": "O'Brien", **values}
    tills[0].write(("customers", "created", row_id, row))
    for till in tills:
        till.sync()
    return row_id


def open_order(store, *tills, quantity=1):
    """Have the first till open an order and all get it; return the ids of order and line."""
    order = store.order(note="Table by the window")
    line = store.line(order, store.products(tills[0].tables())[0], quantity)
    tills[0].write(order, line)
    for till in tills:
        till.sync()
    return order[2], line[2]
