from uuid import uuid4

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SellingCase
from .drawers import DrawerCase


@tagged("post_install", "-at_install")
class TestOrderFinished(SellingCase):
    """Cleo is a cashier with a login to the web client; the sale is one coffee paid in cash."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cleo = cls._make_user("cleo", "cashier")

    def setUp(self):
        super().setUp()
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        self.order = self.order_of(body)

    def facts(self):
        self.env.flush_all()
        self.env.invalidate_all()
        order, line = self.order, self.order.lines
        payment = order.payment_ids
        return (
            order.amount_total, order.amount_paid, order.date_order, order.session_id,
            line.qty, line.price_unit, line.price_subtotal_incl, line.product_id, line.tax_ids,
            payment.amount, payment.payment_method_id, payment.pos_order_id,
        )  # fmt: skip

    def refuse(self, act, *args):
        before = self.facts()
        with self.subTest(str(args)), self.assertRaises(UserError):
            act(*args)
            self.env.flush_all()
        self.assertEqual(self.facts(), before)

    def test_cashier_changes_nothing_of_it(self):
        order = self.order.with_user(self.cleo)
        for vals in (
            {"amount_total": 0.01}, {"amount_paid": 0.01}, {"amount_tax": 0}, {"amount_return": 1},
            {"date_order": "2020-01-01 00:00:00"}, {"session_id": False}, {"uuid": str(uuid4())},
            {"lines": [Command.clear()]}, {"payment_ids": [Command.clear()]},
        ):  # fmt: skip
            self.refuse(order.write, vals)
        for vals in (
            {"qty": 0.1}, {"price_unit": 0.1}, {"discount": 50}, {"price_subtotal": 0.1},
            {"price_subtotal_incl": 0.1}, {"product_id": self.cake.id},
            {"tax_ids": [Command.clear()]},
        ):  # fmt: skip
            self.refuse(order.lines.write, vals)
        for vals in ({"amount": 0.01}, {"payment_method_id": self.card.id}, {"is_change": True}):
            self.refuse(order.payment_ids.write, vals)

    def test_cashier_removes_and_adds_nothing(self):
        order = self.order.with_user(self.cleo)
        self.refuse(order.payment_ids.unlink)
        self.refuse(order.lines.unlink)
        self.refuse(order.unlink)
        vals = {"pos_order_id": order.id, "payment_method_id": self.cash.id, "amount": -2.0}
        self.refuse(order.add_payment, vals)
        line = {"product_id": self.cake.id, "qty": -1, "price_unit": 4, "price_subtotal": -4}
        self.refuse(order.lines.create, {**line, "order_id": order.id, "price_subtotal_incl": -4.4})

    def test_no_part_of_another_order_is_moved_into_it(self):
        body = self.body()
        self.assertSuccess(self.post(body), 201)
        other = self.order_of(body).with_user(self.cleo)
        self.refuse(other.lines.write, {"order_id": self.order.id})
        self.refuse(self.order.with_user(self.cleo).write, {"lines": [(4, other.lines.id)]})

    def test_same_value_may_come_back(self):
        order = self.order.with_user(self.cleo)
        stamp = fields.Datetime.to_string(order.date_order)
        order.write({"amount_total": 2.75, "date_order": stamp, "session_id": self.session.id})
        order.payment_ids.write({"amount": 2.75, "payment_method_id": self.cash.id})

    def test_a_forged_mark_opens_nothing(self):
        order = self.order.with_user(self.cleo).with_context(fynlo_own_write=True)
        with self.assertRaises(AccessError):
            order.payment_ids.amount = 0.01

    def test_what_is_open_is_the_cashiers(self):
        body = self.body()
        self.assertSuccess(self.post(body), 201)
        order = self.order_of(body).with_user(self.cleo)
        order.add_payment(
            {"pos_order_id": order.id, "payment_method_id": self.cash.id, "amount": 2.75}
        )
        order.payment_ids.payment_method_id = self.card
        order.action_pos_order_paid()
        self.assertEqual((order.state, order.amount_paid), ("paid", 2.75))

    def test_manager_corrects_the_method(self):
        mara = self._make_user("mara", "manager")
        self.order.with_user(mara).payment_ids.payment_method_id = self.card
        self.assertEqual(self.order.payment_ids.payment_method_id, self.card)


@tagged("post_install", "-at_install")
class TestDrawerHolds(DrawerCase):
    """What a drawer should hold is not made smaller by who took it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carl = cls._make_user("carl", "cashier")

    def setUp(self):
        super().setUp()
        self.shift = self.take(self.bar, self.ada)

    def test_sale_of_our_till(self):
        self.check(self.sell(self.ada, {self.till.coffee: 10}))

    def test_sale_of_odoos_till(self):
        order = self.till.sell_in_web_pos(self.session, {self.till.coffee: 1})
        self.assertFalse(order.fynlo_device_id or order.fynlo_stock_state)
        order.payment_ids.sudo().fynlo_drawer_shift_id = self.shift
        self.check(order)

    def check(self, order):
        shift, payment = self.shift, order.payment_ids.with_user(self.carl)
        self.env.flush_all()
        before = shift._fynlo_cash()
        for act in (
            lambda: payment.write({"amount": 0.01}),
            lambda: payment.write({"payment_method_id": self.till.card.id}),
            payment.unlink,
        ):
            with self.assertRaises(AccessError):
                act()
        self.env.invalidate_all()
        self.assertEqual(shift._fynlo_cash(), before)
