"""Every kind of route of a till in a large store: 8 connections at once, route after route.

5,000 products, 100,000 customers, 100,000 orders in 200 closed sessions.
"""

import json
from itertools import count
from uuid import uuid4

import catalog
import customers
import growth
from fynlo_store import CARD_MINOR, TOTAL_MINOR, FynloStore
from load import Client, run_load
from odoo_own import OdooClient
from servers import with_suite

from launcher.testing import run_python

CONNECTIONS = 8
PREFIX = "/api/v1"
_LET_CASHIERS_VOID = """
env["pos.config"].search([("fynlo_uuid", "=", "{store}")]).fynlo_void_role = "cashier"
env.cr.commit()
"""


class Routes:
    """Calls of one store's tills; every call gets a subject of its own where it changes one."""

    def __init__(self, store):
        self.store, self.api = store, Client(store.server.base_url)
        [order] = store.call("GET", "/orders?limit=1", token=store.tokens[0])["orders"]
        [customer] = store.call("GET", "/customers?limit=1", token=store.tokens[0])["customers"]
        session = store.call("GET", "/sessions/current", token=store.tokens[0])
        self.order, self.customer, self.session = order["id"], customer["id"], session["id"]

    def reads(self):
        """Return ``{name: path}``."""
        return {
            "catalog": "/catalog",
            "orders": "/orders",
            "orders of a state": "/orders?state=completed&sortBy=total",
            "order": f"/orders/{self.order}",
            "receipt": f"/orders/{self.order}/receipt",
            "customers": "/customers?sortBy=totalSpent&sortOrder=desc",
            "customers by name": "/customers?query=Ab12%20Cd",
            "customer": f"/customers/{self.customer}",
            "customer's orders": f"/customers/{self.customer}/orders",
            "tables": "/tables",
            "employees": "/employees",
            "session": "/sessions/current",
            "drawers": "/drawers",
            "kitchen stations": "/kitchen/stations",
            "kitchen tickets": "/kitchen/tickets?state=open",
            "products": "/products",
            "products by name": "/products?query=Product%2042",
            "inventory": "/inventory",
            "settings": "/settings",
            "who am I": "/auth/me",
        }

    def writes(self):
        """Return ``{name: (method, path, body)}``; ``{}`` in a path is an open order."""
        store = self.store
        cart = {key: store.order()[key] for key in ("orderType", "lines")}
        line = {"id": 0, "productId": store.ids["products"][0], "quantity": 1}
        payment = {"id": 0, "method": store.ids["card"], "amount": TOTAL_MINOR}
        step = {"id": 0}
        person = {"id": 0, "firstName": "Ann", "lastName": "O'Brien"}
        person |= {"email": None, "phone": None}
        return {
            "quote": ("POST", "/orders/quote", cart),
            "sale": ("POST", "/orders", store.order),
            "open order": ("POST", "/orders", {"id": 0, **cart}),
            "edit": ("PATCH", "/orders/{}", {"lines": [line]}),
            "send": ("POST", "/orders/{}/send", step),
            "hold": ("POST", "/orders/{}/hold", step),
            "pay": ("POST", "/orders/{}/payments", payment),
            "part payment": ("POST", "/orders/{}/payments", {**payment, "amount": CARD_MINOR}),
            "split": ("POST", "/orders/{}/split", {**step, "parts": 3}),
            "cancel": ("POST", "/orders/{}/cancel", {**step, "reason": "left"}),
            "customer": ("POST", "/customers", person),
        }

    def open_orders(self, number):
        """Book open orders and return their ids."""
        token, uuids = self.store.tokens[0], []
        for _ in range(number):
            body = {**self.store.order(), "payments": []}
            uuids.append(self.store.call("POST", "/orders", body, token)["id"])
        return uuids

    def measure(self, name, method, path, body, calls):
        """Return the figures of one route, asked by all connections at once."""
        subjects = self.open_orders(CONNECTIONS * calls) if "{}" in path else None
        numbers = count()

        def make_call(client, _call):
            place = path.format(subjects[next(numbers)]) if subjects else path
            token = self.store.tokens[client]
            headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}  # as iOS
            return method, f"{PREFIX}{place}", _fresh(body), headers

        clients = [self.api] * CONNECTIONS
        run_load(name, clients[:2], make_call, 2, is_ok=_is_ok) if subjects is None else None
        sample = run_load(name, clients, make_call, calls, is_ok=_is_ok)
        if sample.errors:
            raise RuntimeError(f"{name}: {sample.statuses} {sample.replies[-1][:500]}")
        figures = sample.figures()
        print(f"  {name}: p95 {figures['p95Ms']} ms", flush=True)  # a long run shows where it is
        return {key: figures[key] for key in ("perSecond", "p50Ms", "p95Ms", "maxMs")}


def _is_ok(status, _raw):
    return status in (200, 201)


def _fresh(body):
    """Return a copy of a body with new ids in the place of 0."""
    if callable(body):
        return body()
    return json.loads(json.dumps(body), object_hook=_with_id) if body is not None else None


def _with_id(document):
    return {**document, "id": str(uuid4())} if "id" in document else document


def run(calls):
    """Return the latencies of reads and of writes, and the slowest of both."""
    with with_suite() as suite:
        client = OdooClient(suite.base_url, suite.database.name)
        store = FynloStore(suite, client, "Large", tills=CONNECTIONS).open()
        run_python(suite.database, _LET_CASHIERS_VOID.format(store=store.ids["store"]))
        store.call("POST", "/orders", store.order(), store.tokens[0])
        catalog.fill(suite, store)
        growth.fill(suite.dsn)
        customers.fill(suite.dsn)
        routes, figures, slowest = Routes(store), {}, {"read": 0, "write": 0}
        for name, path in routes.reads().items():
            figures[f"GET {name}"] = found = routes.measure(name, "GET", path, None, calls)
            slowest["read"] = max(slowest["read"], found["p95Ms"])
        for name, call in routes.writes().items():
            store.renew_tokens()
            figures[f"{call[0]} {name}"] = found = routes.measure(name, *call, calls)
            slowest["write"] = max(slowest["write"], found["p95Ms"])
    return {**figures, "slowestReadP95Ms": slowest["read"], "slowestWriteP95Ms": slowest["write"]}
