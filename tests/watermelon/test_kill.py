"""Processes are killed while a till pushes: no sale is lost and none comes twice.

The till is the real one: it goes on until everything is answered. In a long run all that is
between it and its sales is killed: Odoo's workers, PostgreSQL, Redis, and the gateway with its
relay, which is killed beside.
"""

import os
import random
import time

import pytest
from host import Till
from site_of_kills import Site, kill_a_worker
from store import settle, sync_until_it_works

IS_LONG = bool(os.environ.get("FYNLO_LONG_TESTS"))
SEED = 20260131
POINTS, ORDERS = (50, 10) if IS_LONG else (3, 4)
#: How long after the server began to work at a push somebody is killed.
WITHIN_S = 0.6 if IS_LONG else 0.03
#: So often it is tried at most until a push is hit: the last moments of one may be missed.
TRIES = 10 * POINTS


@pytest.fixture(scope="module")
def killing(request, tmp_path_factory):
    """``(store, victims)``: what may be killed, in a long run on a PostgreSQL of its own."""
    if not IS_LONG:
        store = request.getfixturevalue("store")
        busy = store.busy_workers
        yield store, {"worker": lambda rng: kill_a_worker(store.server, busy(), rng)}
        return
    with Site(tmp_path_factory.mktemp("kills")) as site:
        yield site.store, site.victims


def test_no_sale_is_lost_or_doubled_when_processes_are_killed(killing, host):
    store, victims = killing
    rng = random.Random(SEED)
    till = Till(host, store, "Survivor")
    till.sync()
    tables, sales = till.tables(), []
    failed = 0
    for point in range(TRIES):
        if point >= POINTS and failed:
            break
        some = [store.sale(tables) for _ in range(ORDERS)]
        for sale in some:
            till.write(*sale)
        sales += some
        pushing = till.start_sync()
        wait_for_work(store, pushing)
        time.sleep(rng.uniform(0, WITHIN_S))
        victims[list(victims)[point % len(victims)]](rng)
        failed += "error" in pushing.result(120)
        failed += sync_until_it_works(till)
    truth = settle(store, till)
    assert not till.unsent()
    ids = [order[2] for order, *_ in sales]
    assert all(truth["orders"][each]["paymentState"] == "paid" for each in ids)
    query = """SELECT count(*), count(DISTINCT uuid), sum(round(amount_paid * 100))
               FROM pos_order WHERE uuid = ANY(%s)"""
    paid = sum(payment[3]["amount"] for *_, payment in sales)
    assert store.run(query, ids) == [(len(ids), len(ids), paid)]
    query = "SELECT count(*) FROM pos_payment WHERE uuid = ANY(%s)"
    assert store.count(query, [payment[2] for *_, payment in sales]) == len(ids)
    assert failed, "nobody was hit"


def wait_for_work(store, pushing, patience_s=10):
    """Wait until a worker has a transaction open, or the push is over before that was seen."""
    deadline = time.monotonic() + patience_s
    while not (pushing.done() or store.busy_workers()):
        assert time.monotonic() < deadline, "no worker began with the push"
        time.sleep(0.002)
