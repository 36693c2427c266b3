"""A store whose tills push what they did offline."""

import time
from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.addons.fynlo_pos_api.tests.till import Till
from odoo.tools import SQL

from ..schemas.push import PushBody, PushQuery


class Pushing:
    """Makes rows as tills hold them. Coffee costs 2.75 with its tax, cake 4.40."""

    def order_row(self, **extra):
        """Return the row of an order that was made five minutes ago."""
        ago = int((time.time() - 300) * 1000)
        return {"id": str(uuid4()), "orderType": "dine_in", "occurredAt": ago, **extra}

    def line_row(self, order, product, quantity=1, **extra):
        """Return the row of a line of an order's row."""
        vals = {"id": str(uuid4()), "orderId": order["id"], "quantity": quantity}
        return {**vals, "productId": product.fynlo_uuid, **extra}

    def payment_row(self, order, method, amount, **extra):
        """Return the row of a payment; ``amount`` in minor units."""
        vals = {"id": str(uuid4()), "orderId": order["id"], "methodId": method.fynlo_uuid}
        return {**vals, "amount": amount, **extra}

    def sale(self, **extra):
        """Return ``(order, line, payment)``: one coffee, paid in cash."""
        order = self.order_row(**extra)
        return order, self.line_row(order, self.coffee), self.payment_row(order, self.cash, 275)

    @staticmethod
    def created(orders=(), lines=(), payments=(), customers=()):
        """Return the ``changes`` in which all these rows are new."""
        rows = {"orders": orders, "orderLines": lines, "payments": payments}
        rows["customers"] = customers
        return {name: {"created": list(found)} for name, found in rows.items() if found}

    @classmethod
    def of_sales(cls, *sales):
        """Return the ``changes`` of new sales, each ``(order, line, payment)``."""
        return cls.created(*zip(*sales, strict=True))


class PushCase(Pushing, FynloCase):
    """``till`` is the store ``Corner`` with an open session and two tills, Ada is signed in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.coffee, cls.cake = cls.till.coffee, cls.till.cake
        cls.cash, cls.card = cls.till.cash, cls.till.card
        cls.corner = cls._make_device("Corner till", cls.till.store)
        cls.other = cls._make_device("Other till", cls.till.store)
        cls.session = cls.till.open()

    def setUp(self):
        super().setUp()
        self.seen, self.pulls = {}, 0

    def pull(self):
        """Have the tills see all that is there.

        A test is one transaction, which no snapshot within it shows: what it wrote is forgotten.
        """
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM fynlo_sync_past; DELETE FROM fynlo_change")
        epoch = self.env["fynlo.sync.epoch"]._fynlo_read()[0]
        [[numbers]] = self.env.execute_query(SQL("SELECT pg_current_snapshot()::text"))
        xmin = int(numbers.partition(":")[0])
        self.pulls += 1
        self.seen = {"lastPulledAt": epoch << 40 | xmin, "snapshot": f"{self.pulls:032x}~{numbers}"}

    def push(self, changes, device=None, who=None, **params):
        """Push as Ada on the first till; return the ``PushView``."""
        env = self.env_as(who or self.ada, device=device or self.corner)
        query = PushQuery.model_validate({**self.seen, **params})
        view = env["fynlo.push"]._fynlo_push(query, PushBody.model_validate(changes))
        self.env.flush_all()
        self.env.invalidate_all()
        return view

    def push_one(self, changes, **options):
        """Push one aggregate and return its ``PushResult``."""
        [result] = self.push(changes, **options).results
        return result

    def order_of(self, row):
        """Return the ``pos.order`` of an order's row."""
        return self.env["pos.order"].search([("uuid", "=", row["id"])])

    def operation_of(self, row):
        """Return the last operation about a row."""
        return self.env["fynlo.sync.op"].search([("subject", "=", row["id"])], limit=1)
