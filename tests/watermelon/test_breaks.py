"""Answers that are lost, servers that were restored, apps that are new: the real WatermelonDB."""

import time

import pytest
from host import Host, Till
from store import add_customer, open_order, settle


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_reply_to_a_push_is_lost(store, pair, new_till, is_restarted):
    """The same bytes are sent again, before anything else is looked at."""
    one, two = new_till("Lossy", role="manager"), pair[1]
    order, line, payment = store.sale(one.tables())
    _open, shared = open_order(store, two, one)
    one.write(order, line, payment)
    one.update("orderLines", shared, quantity=3)
    one.fail(push=["reply"])
    assert "lost" in one.try_sync()["error"]["message"]
    assert ("orders", order[2]) in one.unsent()
    two.sync()
    two.update("orderLines", shared, quantity=5)  # 3 and two more
    two.sync()
    if is_restarted:
        one.restart()
    results = one.sync()
    assert {each["status"] for each in results.values()} == {"duplicate"}
    truth = settle(store, one, two)
    assert truth["orderLines"][shared]["quantity"] == 5
    assert truth["orders"][order[2]]["paymentState"] == "paid"
    assert store.count("SELECT count(*) FROM pos_order WHERE uuid = %s", order[2]) == 1
    assert store.count("SELECT count(*) FROM pos_payment WHERE uuid = %s", payment[2]) == 1


@pytest.mark.parametrize("fault", ["request", "reply", "cut"])
@pytest.mark.parametrize("changes_line", [False, True])
def test_what_is_the_servers_comes_back_though_a_reply_was_lost(
    store, new_till, fault, changes_line
):
    """A till changes what is the server's before it knows that the sale has arrived."""
    till = new_till("Tampering", role="manager")
    order, line, payment = store.sale(till.tables())
    till.write(order, line, payment)
    till.fail(push=[fault])
    assert "error" in till.try_sync()
    till.update("orders", order[2], subtotal=1)
    if changes_line:
        till.update("orderLines", line[2], total=1)
    till.sync()
    truth = settle(store, till)
    assert not till.unsent()
    assert truth["orders"][order[2]]["subtotal"] > 1
    assert truth["orderLines"][line[2]]["total"] > 1


def test_a_refused_deletion_survives_a_lost_reply(store, pair):
    one, two = pair
    _order, line = open_order(store, *pair)
    two.update("orderLines", line, quantity=2)
    two.sync()
    one.delete("orderLines", line)
    one.fail(push=["reply"])
    assert "error" in one.try_sync()
    assert settle(store, *pair)["orderLines"][line]["quantity"] == 2


@pytest.mark.parametrize("fault", ["request", "reply", "cut"])
def test_a_pull_does_not_arrive(store, pair, fault):
    one, two = pair
    customer = add_customer(two)
    one.fail(pull=[fault, fault])
    before = one.tables()
    for _ in range(2):
        assert one.try_sync()["error"]["name"] in ("TypeError", "FynloSyncError")
    assert one.tables() == before
    one.sync()
    assert one.row("customers", customer)["firstName"] == "Zoe"
    settle(store, *pair)


def test_what_commits_late_arrives_and_holds_nobody_up(store, pair):
    one, two = pair
    late, soon = add_customer(*pair), add_customer(*pair)
    write = "UPDATE res_partner SET phone = %s WHERE fynlo_uuid = %s"
    with store.transaction() as cursor:
        cursor.execute(write, ("+1 212 555 0111", late))
        store.run(write, "+1 212 555 0112", soon)
        order, *parts = store.sale(one.tables())
        one.write(order, *parts)
        for _ in range(2):
            one.sync()
            two.sync()
        assert two.row("customers", soon)["phone"] == "+1 212 555 0112"
        assert two.row("orders", order[2]) and not one.unsent()
        assert two.row("customers", late)["phone"] is None
    two.sync()
    assert two.row("customers", late)["phone"] == "+1 212 555 0111"
    settle(store, *pair)


def test_a_database_that_was_restored_replaces_what_tills_have(store, pair):
    """What is not sent yet survives that."""
    one, two = pair
    gone = add_customer(*pair)
    order, line, payment = store.sale(one.tables())
    one.write(order, line, payment)
    store.run("UPDATE res_partner SET fynlo_is_customer = false WHERE fynlo_uuid = %s", gone)
    store.run("DELETE FROM fynlo_change")  # a dump of yesterday knows nothing of it
    store.run("UPDATE fynlo_sync_epoch SET incarnation = 'restored'")
    assert one.row("customers", gone)
    one.sync()
    assert one.row("customers", gone) is None
    truth = settle(store, *pair)
    assert truth["orders"][order[2]]["paymentState"] == "paid"


def test_a_till_that_learns_of_a_table_and_a_column_gets_them_whole(store, pair, new_till):
    till = new_till("Old", lacking={"floors": None, "customers": ["segment", "tier"]})
    tables = till.tables()
    assert "floors" not in tables
    order, line, payment = store.sale(tables)
    till.write(order, line, payment)
    till.restart()
    assert not till.tables()["floors"]
    till.sync()
    assert till.tables()["floors"]
    truth = settle(store, till, pair[0])
    assert any(row["tier"] for row in till.tables()["customers"].values())
    assert order[2] in truth["orders"]


def test_a_long_day_is_sent_in_parts(store, node_home):
    """Each part of a push stands for itself: a reply that is lost loses the later ones nothing."""
    small = ("batches.js", "MAX_RECORDS = 500", "MAX_RECORDS = 7")
    host = Host(node_home, "small_batches", small)
    try:
        till = Till(host, store, "Busy")
        till.sync()
        tables = till.tables()
        sales = [store.sale(tables) for _ in range(7)]
        for sale in sales:
            till.write(*sale)
        till.fail(push=["", "", "reply"])
        assert "error" in till.try_sync()
        booked = "SELECT count(*) FROM pos_order WHERE uuid = ANY(%s)"
        ids = [order[2] for order, *_ in sales]
        assert store.count(booked, ids) == 6
        results = till.sync()
        states = [results[each]["status"] for each in ids]
        assert (states.count("duplicate"), states.count("applied")) == (6, 1)
        truth = settle(store, till)
        assert all(truth["orders"][each]["paymentState"] == "paid" for each in ids)
    finally:
        host.close()


def test_a_till_that_was_revoked_is_told_so(store, new_till):
    till = new_till("Lost")
    order, *parts = store.sale(till.tables())
    till.write(order, *parts)
    store.ask("DELETE", f"/devices/{till.device}")
    error = till.try_sync()["error"]
    told = error["name"], error["status"], error["code"]
    assert told == ("FynloSyncError", 401, "token_invalid")
    assert ("orders", order[2]) in till.unsent()


def test_what_is_written_while_a_pull_is_stored_stands_on_what_was_there(store, pair):
    one, two = pair
    _order, line = open_order(store, *pair)
    quantity = two.row("orderLines", line)["quantity"]
    two.update("orderLines", line, quantity=quantity + 2)
    two.sync()
    late = {"table": "orderLines", "id": line, "values": {}, "add": {"quantity": 1}}
    one.host.ask("set", one.name, name="late", value=late)
    one.sync()
    truth = settle(store, *pair)
    assert truth["orderLines"][line]["quantity"] == quantity + 3


def test_a_second_call_is_refused_while_the_first_one_pushes(store, new_till):
    till = new_till("Twice")
    till.write(*store.sale(till.tables()))
    till.fail(push=["hold"])
    assert till.try_sync() == {"held": "push"}
    assert "being synchronized" in till.try_sync()["error"]["message"]
    till.go()
    deadline = time.monotonic() + 10
    while "error" in till.try_sync():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not till.unsent()
