"""Tills that were offline send what they sold: in batches, and again as after a lost answer."""

import json

from fynlo_store import FynloStore
from load import Client, run_load
from odoo_own import OdooClient, OdooStore
from servers import plain_odoo, with_suite

TILLS, PARTS = 2, {"lines": "orderLines", "payments": "payments"}


def _to_changes(bodies):
    """Return the ``changes`` of WatermelonDB that say the same as bodies of ``POST /orders``."""
    tables = {"orders": [], "orderLines": [], "payments": []}
    for body in bodies:
        tables["orders"].append({"id": body["id"], "orderType": body["orderType"]})
        for name, table in PARTS.items():
            for row in body[name]:
                told = {"methodId" if key == "method" else key: row[key] for key in row}
                tables[table].append({**told, "orderId": body["id"]})
    return {name: {"created": rows, "updated": [], "deleted": []} for name, rows in tables.items()}


def _count(sample, status):
    results = [each for raw in sample.replies for each in json.loads(raw)["data"]["results"]]
    return sum(each["status"] == status for each in results)


def _our_rounds(store, calls, size):
    """Push new orders, then the same once more; return both samples."""
    clients = [Client(store.server.base_url) for _ in range(TILLS)]
    sent = {
        (till, call): _to_changes([store.order() for _ in range(size)])
        for till in range(TILLS)
        for call in range(calls)
    }

    def make_call(till, call):
        headers = {"Authorization": f"Bearer {store.tokens[till]}"}
        return "POST", "/api/v1/sync/push", sent[till, call], headers

    def is_ok(status, _raw):
        return status == 200

    return [run_load(name, clients, make_call, calls, is_ok=is_ok) for name in ("new", "again")]


def _own_round(store, calls, size, numbers):
    clients = [Client(store.client.base_url) for _ in range(TILLS)]

    def make_call(_till, _call):
        return store.rpc_many(numbers, size)

    def is_ok(status, raw):
        return status == 200 and b'"error"' not in raw

    return run_load("odoo tuned", clients, make_call, calls, is_ok=is_ok)


def _rate(sample, size):
    return round(len(sample.latencies_ms) * size / sample.seconds, 1)


def run(calls, size):
    """Measure ``calls`` pushes of ``size`` orders on each of two tills, two workers.

    Odoo's own way is a ``sync_from_ui`` of as many orders, with stock posted at the closing.
    """
    numbers = iter(range(1, 10**9))
    with plain_odoo() as odoo, with_suite() as suite:
        tuned = OdooStore(
            OdooClient(odoo.base_url, odoo.database.name), "Tuned", stock_at_closing=True
        ).open()
        client = OdooClient(suite.base_url, suite.database.name)
        ours = FynloStore(suite, client, "Fynlo", tills=TILLS).open()
        _our_rounds(ours, 1, size)
        _own_round(tuned, 1, size, numbers)
        before, _total = ours.sums()
        own = _own_round(tuned, calls, size, numbers)
        new, again = _our_rounds(ours, calls, size)
        booked = ours.sums()[0] - before
    figures = {sample.name: sample.figures() for sample in (own, new, again)}
    for sample in (own, new, again):
        figures[sample.name]["ordersPerSecond"] = _rate(sample, size)
    figures["books"] = {
        "sent": TILLS * calls * size,
        "booked": booked,
        "applied": _count(new, "applied"),
        "duplicates": _count(again, "duplicate"),
    }
    figures["timesTuned"] = round(_rate(new, size) / _rate(own, size), 2)
    figures["replayShare"] = round(again.seconds / new.seconds, 2)
    return figures
