from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SellingCase


@tagged("post_install", "-at_install")
class TestOrderGuard(SellingCase):
    """What a cashier may not write through the web client's RPC."""

    def setUp(self):
        super().setUp()
        body = self.body(payments=[self.payment(self.card, 275, reference="T-1")])
        self.assertSuccess(self.post(body), 201)
        self.order = self.order_of(body)
        self.session._fynlo_post_stock()
        self.cleo = self._make_user("cleo", "cashier")

    def test_what_the_server_goes_by_stays(self):
        order = self.order.with_user(self.cleo)
        for name, value in (
            ("fynlo_stock_state", "pending"),
            ("fynlo_price_difference", 1.0),
            ("fynlo_device_id", self.device.id),
            ("fynlo_taxes", []),
            ("fynlo_state", "draft"),
            ("fynlo_version", 7),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                order.write({name: value})
        self.assertEqual(self.order.fynlo_stock_state, "posted")
        for name, value in (("fynlo_reference", "T-2"), ("fynlo_change", 1.0)):
            with self.subTest(name), self.assertRaises(AccessError):
                order.payment_ids.write({name: value})

    def test_the_same_value_may_come_back(self):
        self.order.with_user(self.cleo).write(
            {
                "fynlo_stock_state": "posted",
                "fynlo_device_id": self.corner_device.id,
                "general_customer_note": "for later",
            }
        )
        self.assertEqual(self.order.general_customer_note, "for later")

    def test_no_order_begins_with_its_stock_posted(self):
        vals = {"session_id": self.session.id, "fynlo_stock_state": "posted", "amount_total": 0}
        vals |= {"amount_tax": 0, "amount_paid": 0, "amount_return": 0}
        with self.assertRaises(AccessError):
            self.env["pos.order"].with_user(self.cleo).create(vals)

    def test_nothing_begins_as_if_the_server_had_made_it(self):
        vals = {"session_id": self.session.id, "amount_total": 0, "amount_tax": 0}
        vals |= {"amount_paid": 0, "amount_return": 0}
        orders = self.env["pos.order"].with_user(self.cleo)
        for name, value in (
            ("fynlo_device_id", self.device.id),
            ("fynlo_party_size", 9),
            ("fynlo_is_money_back", True),
            ("fynlo_is_service_waived", True),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                orders.create({**vals, name: value})
        order = orders.create({**vals, "fynlo_device_id": False, "fynlo_party_size": 0})
        payment = {"pos_order_id": order.id, "payment_method_id": self.card.id, "amount": 1}
        with self.assertRaises(AccessError):
            order.add_payment({**payment, "fynlo_reference": "T-9"})
        with self.assertRaises(AccessError):
            self.env["fynlo.order.share"].with_user(self.cleo).create(
                {"order_id": self.order.id, "number": 1, "amount": 1}
            )

    def test_a_forged_mark_opens_nothing(self):
        order = self.order.with_user(self.cleo).with_context(fynlo_own_write=True)
        with self.assertRaises(AccessError):
            order.write({"fynlo_stock_state": "pending"})
