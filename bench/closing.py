"""Closing a session of 1,000 orders: Odoo's own (stock at closing) and ours."""

import time

from fynlo_store import CARD_MINOR, TOTAL_MINOR, FynloStore
from load import Client, run_load
from odoo_own import OdooClient, OdooStore
from servers import plain_odoo, with_suite

TILLS = 4
OPENING_MINOR = 10000
CASH_MINOR = TOTAL_MINOR - CARD_MINOR


def _sell(name, base_url, make_call, orders, is_ok):
    clients = [Client(base_url) for _ in range(TILLS)]
    sample = run_load(name, clients, make_call, orders // TILLS, is_ok=is_ok)
    if sample.errors:
        raise RuntimeError(f"{name}: {sample.errors} orders failed: {sample.statuses}")


def _close_own(orders):
    numbers = iter(range(1, 10**9))
    with plain_odoo() as odoo:
        client = OdooClient(odoo.base_url, odoo.database.name)
        store = OdooStore(client, "Closing", stock_at_closing=True).open()
        _sell(
            "odoo",
            odoo.base_url,
            lambda _till, _call: store.rpc(next(numbers), with_references=True),
            orders,
            lambda status, raw: status == 200 and b'"error"' not in raw,
        )
        counted = (OPENING_MINOR + orders * CASH_MINOR) / 100
        started = time.perf_counter()
        client.call("pos.session", "post_closing_cash_details", [store.session_id], counted)
        client.call("pos.session", "update_closing_control_state_session", [store.session_id], "")
        result = client.call("pos.session", "close_session_from_ui", [store.session_id], [])
        elapsed = time.perf_counter() - started
        if not result.get("successful"):
            raise RuntimeError(f"Odoo did not close: {result}")
        return elapsed


def _close_ours(orders):
    with with_suite() as suite:
        store = FynloStore(
            suite, OdooClient(suite.base_url, suite.database.name), "Closing", tills=TILLS
        ).open()
        _sell(
            "fynlo",
            suite.base_url,
            lambda till, _call: store.post_order(till),
            orders,
            lambda status, _raw: status == 201,
        )
        counted = OPENING_MINOR + orders * CASH_MINOR
        started = time.perf_counter()
        store.close(counted)
        return time.perf_counter() - started


def run(orders):
    """Return the seconds that both take to count and close."""
    return {
        "orders": orders,
        "odooSeconds": round(_close_own(orders), 2),
        "fynloSeconds": round(_close_ours(orders), 2),
    }
