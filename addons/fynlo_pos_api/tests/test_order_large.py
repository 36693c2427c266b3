"""A bill of three hundred lines takes no more statements for each line."""

import json
from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from ..schemas.carts import OrderCreate
from ..schemas.order_edits import OrderPatch
from ..schemas.refunds import RefundCreate
from ..schemas.splits import OrderMerge, OrderSplit
from .till import Till


@tagged("post_install", "-at_install")
class TestOrderLarge(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.corner_device = cls._make_device("Corner till", cls.till.store)
        cls.session = cls.till.open()

    def setUp(self):
        super().setUp()
        self.actor = self.env_as(self.max, device=self.corner_device)
        self.sell(1)

    def sell(self, count, is_paid=False):
        product = self.till.coffee.fynlo_uuid
        lines = [
            {"id": str(uuid4()), "productId": product, "quantity": 2, "seat": 1 + number % 2}
            for number in range(count)
        ]
        payment = {"id": str(uuid4()), "method": self.till.card.fynlo_uuid, "amount": 550 * count}
        body = {"orderType": "dine_in", "lines": lines, "payments": [payment] * is_paid}
        command = self.command(OrderCreate, **body)
        return self.actor["fynlo.checkout"]._fynlo_sell(command)

    def command(self, schema, **values):
        return schema.model_validate_json(json.dumps({"id": str(uuid4()), **values}))

    def count(self, function):
        """Return how many statements a call takes with a cold cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def edit(self, lines):
        order = self.sell(lines)
        command = OrderPatch.model_validate({"note": "by the window"})
        return self.count(
            lambda: self.actor["fynlo.order.edit"]._fynlo_edit_order(order.uuid, command)
        )

    def refund(self, lines):
        order = self.sell(lines, is_paid=True)
        command = self.command(RefundCreate, all=True, reason="x")
        return self.count(
            lambda: self.actor["fynlo.order.refund"]._fynlo_refund_order(order.uuid, command)
        )

    def split(self, lines):
        order = self.sell(lines)
        command = self.command(OrderSplit, orders=[{"id": str(uuid4()), "seats": [1]}])
        return self.count(
            lambda: self.actor["fynlo.order.split"]._fynlo_split_order(order.uuid, command)
        )

    def merge(self, lines):
        order, other = self.sell(lines), self.sell(lines)
        command = self.command(OrderMerge, orderIds=[other.uuid])
        return self.count(
            lambda: self.actor["fynlo.order.merge"]._fynlo_merge_orders(order.uuid, command)
        )

    def test_statements_do_not_grow_with_the_lines(self):
        for act in (self.edit, self.refund, self.split, self.merge):
            with self.subTest(act.__name__):
                act(4)
                few, many = act(10), act(60)
                self.assertEqual(many, few)
