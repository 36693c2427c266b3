from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from .common import SellingCase


@tagged("post_install", "-at_install")
class TestWebPos(SellingCase):
    """Odoo's own till and ours work on one store and one session."""

    def web_pos(self):
        """Return the environment of a cashier who uses Odoo's own till."""
        admin = self.env.ref("base.user_admin")
        context = {"config_id": self.till.store.id, "device_identifier": "1"}
        return self.env(user=admin.id, su=False, context=context)

    def sync(self, payload):
        return self.web_pos()["pos.order"].sync_from_ui([payload])["pos.order"][0]

    def web_sale(self):
        """Return what the web POS sends for one coffee paid in cash."""
        line = {
            "uuid": str(uuid4()), "product_id": self.coffee.id, "qty": 1, "price_unit": 2.5,
            "discount": 0, "price_subtotal": 2.5, "price_subtotal_incl": 2.75,
            "tax_ids": [(6, 0, self.till.tax.ids)], "full_product_name": "Coffee",
        }  # fmt: skip
        payment = {"uuid": str(uuid4()), "payment_method_id": self.cash.id, "amount": 2.75}
        return {
            "uuid": str(uuid4()), "session_id": self.session.id, "state": "paid",
            "amount_total": 2.75, "amount_tax": 0.25, "amount_paid": 2.75, "amount_return": 0,
            "lines": [(0, 0, line)], "payment_ids": [(0, 0, payment)], "to_invoice": False,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
        }  # fmt: skip

    def test_web_pos_loads_the_open_orders_of_our_tills(self):
        body = self.body()
        self.assertSuccess(self.post(body), 201)
        data = self.session.with_env(self.web_pos()).load_data([])
        loaded = [order["uuid"] for order in data["pos.order"]]
        self.assertIn(body["id"], loaded)
        lines = [line["full_product_name"] for line in data["pos.order.line"]]
        self.assertIn("Coffee", lines)

    def test_web_pos_takes_the_money_for_an_order_of_our_till(self):
        body = self.body()
        self.assertSuccess(self.post(body), 201)
        order = self.order_of(body)
        payload = self.web_sale() | {"uuid": order.uuid, "access_token": order.access_token}
        payload["lines"] = []
        self.assertEqual(self.sync(payload)["state"], "paid")
        data = self.assertSuccess(self.api("GET", f"/orders/{order.uuid}", token=self.token))
        self.assertEqual((data["state"], data["paymentState"]), ("completed", "paid"))
        self.assertEqual((data["total"], data["amountPaid"]), (275, 275))

    def test_one_session_holds_both_and_closes_in_balance(self):
        ours = self.paid_body()
        self.assertSuccess(self.post(ours), 201)
        theirs = self.sync(self.web_sale())
        orders = self.order_of(ours) | self.env["pos.order"].browse(theirs["id"])
        self.assertEqual(self.session.order_ids, orders)
        listed = self.assertSuccess(self.api("GET", "/orders", token=self.token))["orders"]
        self.assertEqual({each["id"] for each in listed}, set(orders.mapped("uuid")))
        self.session.post_closing_cash_details(105.5)
        self.session.close_session_from_ui()
        self.assertEqual(self.session.state, "closed")
        entry = self.session.move_id
        self.assertEqual(sum(entry.line_ids.mapped("balance")), 0)
        sales = entry.line_ids.filtered(lambda line: line.tax_ids == self.till.tax)
        self.assertEqual(sum(sales.mapped("balance")), -5.0)
        tax = entry.line_ids.filtered("tax_line_id")
        self.assertEqual(sum(tax.mapped("balance")), -0.5)
