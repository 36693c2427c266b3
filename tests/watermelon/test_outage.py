"""The database has no room or everybody is in each other's way: nothing is lost or doubled.

What PostgreSQL says then comes from triggers, which these tests install in their own database.
"""

import os
import threading
import time
from contextlib import contextmanager
from uuid import uuid4

import pytest
from store import open_order, settle, sync_until_it_works

IS_LONG = bool(os.environ.get("FYNLO_LONG_TESTS"))
#: SQLSTATEs, PostgreSQL 18, appendix A.
DISK_FULL, SERIALIZATION_FAILURE = "53100", "40001"
#: Where a push may meet it: ``(table, when, subject)``; ``subject`` is what the row has to name.
PLACES = {
    "a payment of the second sale": ("pos_payment", "AFTER INSERT", "uuid", "payment"),
    "an edit of a line": ("pos_order_line", "AFTER UPDATE", "uuid", "line"),
    "a customer": ("res_partner", "AFTER INSERT", "fynlo_uuid", "customer"),
    "a movement of cash": (
        "account_bank_statement_line",
        "AFTER INSERT OR UPDATE",
        "fynlo_uuid",
        "cash",
    ),
    "what is noted of an operation": ("fynlo_sync_op", "AFTER UPDATE", "subject", "order"),
}
SOON = list(PLACES)[:3:2]
AT_THE_END = "DEFERRABLE INITIALLY DEFERRED"
RAISE = """
CREATE SEQUENCE outage_met;
CREATE FUNCTION outage() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('outage_met') <= {times} THEN
        RAISE EXCEPTION 'made by a test' USING ERRCODE = '{state}';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER outage {when} ON {table} {deferred}
FOR EACH ROW WHEN (NEW.{column} = '{value}') EXECUTE FUNCTION outage();
"""
OVER = "DROP FUNCTION outage CASCADE; DROP SEQUENCE outage_met"
OFTEN = 10**6
#: So often the server runs a request that others are in the way of.
MAX_TRIES = 10


@contextmanager
def outage(store, state, place, value, times=OFTEN, deferred=""):
    """Have PostgreSQL raise an error where a row names ``value``, so many times."""
    table, when, column, _subject = place
    store.run(RAISE.format(**locals()))
    try:
        yield lambda: store.count("SELECT last_value FROM outage_met WHERE is_called")
    finally:
        store.run(OVER)


class Queue:
    """What a till has not sent: three sales, a customer, an edit and cash."""

    def __init__(self, store, till, other):
        tables = till.tables()
        _open, self.line = open_order(store, other, till)
        self.sales = [store.sale(tables) for _ in range(3)]
        self.customer, self.cash = str(uuid4()), str(uuid4())
        for sale in self.sales:
            till.write(*sale)
        guest = {"firstName": "Ann", "lastName": "O'Brien"}
        safe = {"type": "drop", "amount": 700, "reason": "To the safe"}
        till.write(("customers", "created", self.customer, guest))
        till.write(("cashMovements", "created", self.cash, safe))
        till.change("orderLines", self.line, add={"quantity": 3})
        self.store, self.till, self.unsent = store, till, till.unsent()

    @property
    def subjects(self):
        """What a place of ``PLACES`` may name."""
        order, _line, payment = self.sales[1]
        own = {"customer": self.customer, "cash": self.cash, "line": self.line}
        return {**own, "order": order[2], "payment": payment[2]}

    def booked(self):
        """Return what the server has of it: orders, payments, customers, cash, operations."""
        ids = [row[2] for sale in self.sales for row in sale] + [self.customer, self.cash]
        queries = (
            "SELECT count(*) FROM pos_order WHERE uuid = ANY(%s)",
            "SELECT count(*) FROM pos_payment WHERE uuid = ANY(%s)",
            "SELECT count(*) FROM res_partner WHERE fynlo_uuid = ANY(%s)",
            "SELECT count(*) FROM account_bank_statement_line WHERE fynlo_uuid = ANY(%s)",
            "SELECT count(*) FROM fynlo_sync_op WHERE subject = ANY(%s)",
        )
        return [self.store.count(query, ids) for query in queries]

    def quantity(self):
        return self.store.count("SELECT qty FROM pos_order_line WHERE uuid = %s", self.line)

    def check_nothing(self):
        """Nothing is stored, not as refused either, and the till still has it all."""
        assert (self.booked(), self.quantity()) == ([0] * 5, 1)
        assert self.till.unsent() == self.unsent

    def check_all(self, *tills):
        """Everything is booked, once."""
        truth = settle(self.store, *tills)
        assert not self.till.unsent()
        assert (self.booked(), self.quantity()) == ([3, 3, 1, 1, 5], 4)
        for order, _line, _payment in self.sales:
            assert truth["orders"][order[2]]["paymentState"] == "paid"


@pytest.mark.parametrize("place", PLACES if IS_LONG else SOON)
def test_a_disk_that_is_full_in_the_middle_of_a_push(store, pair, new_till, place):
    queue = Queue(store, new_till("Full"), pair[0])
    value = queue.subjects[PLACES[place][3]]
    with outage(store, DISK_FULL, PLACES[place], value) as met:
        for _ in range(2):
            error = queue.till.try_sync()["error"]
            assert (error["status"], error["code"]) == (503, "busy")
            queue.check_nothing()
        assert met() == 2, "it went on after the disk was full"
    assert {each["status"] for each in queue.till.sync().values()} == {"applied"}
    queue.check_all(queue.till, pair[0])


def test_a_disk_that_is_full_at_the_commit(store, pair, new_till):
    queue = Queue(store, new_till("Full"), pair[0])
    place = PLACES["a payment of the second sale"]
    value = queue.subjects["payment"]
    with outage(store, DISK_FULL, place, value, deferred=AT_THE_END):
        assert queue.till.try_sync()["error"]["status"] == 503
        queue.check_nothing()
    queue.till.sync()
    queue.check_all(queue.till, pair[0])


def test_a_storm_of_serialization_failures_passes(store, pair, new_till):
    """Some are met by running again at once, more of them by the till."""
    queue = Queue(store, new_till("Storm"), pair[0])
    place = PLACES["what is noted of an operation"]
    with outage(store, SERIALIZATION_FAILURE, place, queue.subjects["order"]) as met:
        error = queue.till.try_sync()["error"]
        assert (error["status"], error["code"], met()) == (503, "busy", MAX_TRIES)
        queue.check_nothing()
    times = MAX_TRIES - 1
    with outage(store, SERIALIZATION_FAILURE, place, queue.subjects["order"], times) as met:
        assert {each["status"] for each in queue.till.sync().values()} == {"applied"}
        assert met() == times + 1
    queue.check_all(queue.till, pair[0])


def test_tills_push_while_others_write_the_same_rows(store, new_till):
    """Each push writes its till's own row, which somebody else writes all the time."""
    tills = [new_till(f"Stormy {number}") for number in range(3)]
    sales = {till: [store.sale(till.tables()) for _ in range(2)] for till in tills}
    is_over = threading.Event()
    disturber = threading.Thread(target=disturb, args=[store, tills, is_over])
    threads = [threading.Thread(target=push_all, args=each) for each in sales.items()]
    for thread in (disturber, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    is_over.set()
    disturber.join()
    ids = [order[2] for each in sales.values() for order, _line, _payment in each]
    settle(store, *tills)
    query = "SELECT count(*), count(DISTINCT uuid) FROM pos_order WHERE uuid = ANY(%s)"
    assert store.run(query, ids) == [(6, 6)]


def disturb(store, tills, is_over):
    """Hold the rows of some tills most of the time; whoever waits for one has to begin anew."""
    statement = "UPDATE fynlo_device SET write_date = now() WHERE fynlo_uuid = ANY(%s)"
    while not is_over.wait(0.01):
        with store.transaction() as cursor:
            cursor.execute(statement, [[till.device for till in tills]])
            time.sleep(0.03)


def push_all(till, sales):
    for sale in sales:
        till.write(*sale)
        sync_until_it_works(till)
    assert not till.unsent()
