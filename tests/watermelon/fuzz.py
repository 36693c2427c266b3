"""Tills, managers and a network at odds with each other, by a seed; and whether it comes out even.

What is expected is counted beside: each sale once, and each step of a quantity.
"""

import random
import time
from collections import Counter
from contextlib import closing
from uuid import uuid4

import psycopg2
from host import Till
from store import settle

#: A share of the requests fails, in one of four ways.
FAULTY = 0.25
OPEN_TRANSACTIONS = 2
#: Access tokens end after a quarter of an hour.
RENEW_S = 300
EDIT = "UPDATE res_partner SET phone = %s WHERE fynlo_uuid = %s"


class Fuzz:
    """One run.

    :ivar counts: how often what has happened
    :ivar steps: ``{line: quantity}`` that all steps together make
    """

    def __init__(self, store, host, seed, tills=3, forgets=False, **options):
        self.store, self.random, self.seed = store, random.Random(seed), seed
        self.tills = [
            Till(host, store, f"Fuzz {number}", "manager", **options) for number in range(tills)
        ]
        self.forgets, self.counts = forgets, Counter()
        self.renew_at = time.monotonic() + RENEW_S
        self.steps, self.sold, self.bad, self.gone = {}, [], [], []
        self.customers, self.paid, self.late = [], [], []
        for number, till in enumerate(self.tills):
            till.sync()
            till.disturb(FAULTY, seed * 10 + number)
        tables = self.tills[0].tables()
        self.product, self.other, *_ = store.products(tables)
        self.tables = {"paymentMethods": tables["paymentMethods"]}
        self.guests = list(tables["customers"])[:8]
        self.stock = self.available(tables)
        self.acts = {
            self.sell: 8, self.open_order: 3, self.step: 12, self.add_customer: 3,
            self.edit_customer: 6, self.tamper: 2, self.sell_badly: 1, self.remove_line: 2,
            self.synchronize: 12, self.edit_behind: 4, self.edit_late: 3, self.commit: 3,
        }  # fmt: skip

    def available(self, tables):
        return tables["stock"][self.product]["available"]

    def run(self, operations):
        """Do so many operations."""
        acts, weights = zip(*self.acts.items(), strict=True)
        for _number in range(operations):
            act = self.random.choices(acts, weights)[0]
            act()
            self.counts[act.__name__] += 1
            if time.monotonic() > self.renew_at:
                self.sign_in()

    def sign_in(self):
        self.renew_at = time.monotonic() + RENEW_S
        self.store.sign_in()
        for till in self.tills:
            till.renew()

    def any_till(self):
        return self.random.choice(self.tills)

    # --- What tills do

    def sell(self):
        quantity = self.random.randrange(1, 4)
        sale = self.store.sale(self.tables, self.product, quantity)
        self.any_till().write(*sale)
        self.sold.append((sale[0][2], quantity, sale[2][3]["amount"]))

    def sell_badly(self):
        sale = self.store.sale(self.tables, self.product)
        sale[1][3]["productId"] = str(uuid4())
        till = self.any_till()
        till.write(*sale)
        self.bad.append((till, sale))

    def open_order(self):
        order = self.store.order()
        lines = [self.store.line(order, self.other) for _ in range(2)]
        self.any_till().write(order, *lines)
        self.steps |= {line[2]: 1 for line in lines}

    def step(self):
        """Somebody adds to a line that all see; of late ones, that they meet."""
        if self.steps:
            line = self.random.choice(list(self.steps)[-6:])
            by = self.random.randrange(1, 3)
            if self.any_till().change("orderLines", line, add={"quantity": by}):
                self.steps[line] += by

    def remove_line(self):
        """A line that only one till knows so far is sent, seen and removed."""
        order = self.store.order()
        kept, gone = (self.store.line(order, self.other) for _ in range(2))
        till = self.any_till()
        till.write(order, kept, gone)
        self.settle_quickly(till)
        self.settle_quickly(*self.tills)
        till.delete("orderLines", gone[2])
        self.gone.append(gone[2])

    def settle_quickly(self, *tills):
        for till in tills:
            self.note(till.try_sync())

    def add_customer(self):
        row_id = str(uuid4())
        name = self.random.choice(("O'Brien", "100%_\\", "Zoë 🍕", 'x"; --'))
        self.any_till().write(("customers", "created", row_id, {"firstName": name}))
        self.customers.append(row_id)

    def edit_customer(self):
        if self.customers:
            values = {self.random.choice(("note", "phone")): self.phone()}
            self.any_till().change("customers", self.random.choice(self.customers), **values)

    def tamper(self):
        """A till writes what is the server's."""
        if self.sold:
            self.any_till().change("orders", self.random.choice(self.sold)[0], subtotal=1)

    def synchronize(self):
        """Some tills synchronize at the same time."""
        some = self.random.sample(self.tills, self.random.randrange(1, len(self.tills) + 1))
        for future in [till.start_sync() for till in some]:
            self.note(future.result(120))

    def note(self, told):
        error = told.get("error")
        if error:
            is_network = error["name"] == "TypeError" or error["code"] == "unreadable"
            assert is_network, error
        self.counts["failed" if error else "synced"] += 1
        if self.forgets:
            self.store.run("DELETE FROM fynlo_sync_op; UPDATE fynlo_sync_past SET device_id = NULL")

    # --- What happens on the server

    def edit_behind(self):
        if self.customers:
            self.store.run(EDIT, self.phone(), self.random.choice(self.customers))

    def edit_late(self):
        """Somebody changes a customer whom no till edits, and takes long to commit."""
        if len(self.late) < OPEN_TRANSACTIONS:
            connection = psycopg2.connect(self.store.dsn)
            connection.cursor().execute(EDIT, (self.phone(), self.guests[0]))
            self.guests.append(self.guests.pop(0))
            self.late.append(connection)

    def phone(self):
        return f"+1 646 555 {self.random.randrange(10**4):04}"

    def commit(self):
        if self.late:
            with closing(self.late.pop(0)) as connection:
                connection.commit()
            self.counts["committed_late"] += 1

    # --- What has come of it

    def check(self, **options):
        """Let everything end, and compare.

        :raise AssertionError: something was lost, doubled, or is not the same everywhere
        """
        while self.late:
            self.commit()
        self.sign_in()
        met = Counter()
        for till in self.tills:
            till.disturb(0, 1)
            met.update(till.try_sync()["met"])
        self.counts["faults"] = sum(met.values())
        self.mend()
        truth = settle(self.store, *self.tills, **options)
        assert not [each for till in self.tills for each in till.unsent()]
        quantities = {line: truth["orderLines"][line]["quantity"] for line in self.steps}
        wrong = {
            line: (number, self.steps[line])
            for line, number in quantities.items()
            if number != self.steps[line]
        }
        assert not wrong, wrong
        assert not [line for line in self.gone if line in truth["orderLines"]]
        self.check_sales()
        return truth

    def mend(self):
        while self.bad:
            till, (order, line, payment) = self.bad.pop()
            assert till.change("orderLines", line[2], productId=self.product)
            self.sold.append((order[2], 1, payment[3]["amount"]))

    def check_sales(self):
        ids = [order for order, *_ in self.sold]
        query = """SELECT count(*), count(DISTINCT uuid), sum(round(amount_paid * 100)),
                          count(*) FILTER (WHERE state = 'draft')
                   FROM pos_order WHERE uuid = ANY(%s)"""
        [found] = self.store.run(query, ids)
        paid = sum(amount for *_, amount in self.sold)
        assert found == (len(ids), len(ids), paid, 0), (found, len(ids), paid)
        query = """SELECT sum(line.qty) FROM pos_order_line line JOIN pos_order sold
                   ON sold.id = line.order_id WHERE sold.uuid = ANY(%s)"""
        assert self.store.count(query, ids) == sum(quantity for _, quantity, _ in self.sold)

    def check_stock(self, truth):
        """What was sold is no longer available."""
        sold = sum(quantity for _order, quantity, _amount in self.sold)
        assert self.stock - self.available(truth) == sold
