"""Four tills on one session, complete paid orders over HTTP: Odoo's own way and ours."""

import json

from fynlo_store import TOTAL_MINOR, FynloStore
from load import Client, run_load
from odoo_own import OdooClient, OdooStore
from servers import plain_odoo, with_suite

TILLS = 4


def _is_rpc_success(status, raw):
    return status == 200 and b'"error"' not in raw


def _is_created(status, _raw):
    return status == 201


def _own_round(store, numbers, calls, *, tuned, server):
    clients = [Client(server.base_url) for _ in range(TILLS)]
    name = "odoo tuned" if tuned else "odoo as shipped"

    def make_call(_till, _call):
        return store.rpc(next(numbers), with_references=tuned)

    return run_load(name, clients, make_call, calls, is_ok=_is_rpc_success)


def _our_round(store, calls):
    clients = [Client(store.server.base_url) for _ in range(TILLS)]

    def make_call(till, _call):
        return store.post_order(till)

    return run_load("fynlo", clients, make_call, calls, is_ok=_is_created)


def _merge(samples):
    """Return one sample of several rounds of the same."""
    first = samples[0]
    for other in samples[1:]:
        first.latencies_ms += other.latencies_ms
        first.replies += other.replies
        first.seconds += other.seconds
        first.errors += other.errors
    return first


def _check_books(store, sample):
    """Return duplicates, and the difference between the answers and the books in minor units."""
    answers = [json.loads(raw)["data"] for raw in sample.replies]
    count, total = store.sums()
    told = sum(answer["total"] for answer in answers)
    return {
        "duplicates": len(answers) - len({answer["id"] for answer in answers}),
        "ordersInBooks": count,
        "differenceMinor": round(total * 100) - told,
        "wrongTotals": sum(answer["total"] != TOTAL_MINOR for answer in answers),
    }


def run(calls, rounds):
    """Measure in alternating rounds; return the figures of the three ways.

    :param calls: orders per till and round of the fast ways; Odoo as shipped does a quarter
    """
    numbers = iter(range(1, 10**9))
    samples = {"shipped": [], "tuned": [], "fynlo": []}
    with plain_odoo() as odoo, with_suite() as suite:
        client = OdooClient(odoo.base_url, odoo.database.name)
        shipped = OdooStore(client, "As shipped", stock_at_closing=False).open()
        tuned = OdooStore(client, "Tuned", stock_at_closing=True).open()
        suite_client = OdooClient(suite.base_url, suite.database.name)
        ours = FynloStore(suite, suite_client, "Fynlo", tills=TILLS).open()
        _own_round(tuned, numbers, 5, tuned=True, server=odoo)
        warm_up = _our_round(ours, 10)
        for _ in range(rounds):
            slow = max(5, calls // 4)
            samples["shipped"].append(_own_round(shipped, numbers, slow, tuned=False, server=odoo))
            samples["tuned"].append(_own_round(tuned, numbers, calls, tuned=True, server=odoo))
            samples["fynlo"].append(_our_round(ours, calls))
        merged = {name: _merge(found) for name, found in samples.items()}
        figures = {name: sample.figures() for name, sample in merged.items()}
        figures["books"] = _check_books(ours, _merge([merged["fynlo"], warm_up]))
    rate = {name: figures[name]["perSecond"] for name in samples}
    figures["timesShipped"] = round(rate["fynlo"] / rate["shipped"], 1)
    figures["timesTuned"] = round(rate["fynlo"] / rate["tuned"], 2)
    return figures
