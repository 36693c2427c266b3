"""One sale, and twenty who refund it at once under real parallel connections."""

import json
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import BusyError, FynloError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..schemas.carts import OrderCreate
from ..schemas.refunds import RefundCreate
from .parallel_tills import ParallelTills

ATTEMPTS = 20


@tagged("post_install", "-at_install")
class TestRefundParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.principals[0].store_id)
            store.fynlo_refund_role = "cashier"
        self.uuid, self.line_uuid = str(uuid4()), str(uuid4())
        line = {"id": self.line_uuid, "productId": self.coffee, "quantity": 5}
        payment = {"id": str(uuid4()), "method": self.card, "amount": 1375}
        body = {"id": self.uuid, "orderType": "dine_in", "lines": [line], "payments": [payment]}
        command = OrderCreate.model_validate_json(json.dumps(body))
        [made] = self.act_at_once(lambda env, _: env["fynlo.checkout"]._fynlo_sell(command).id, 1)
        self.assertIsInstance(made, int)

    def refund_at_once(self, **what):
        """Refund from every till at once; return how many got it, the others were refused."""

        def refund(env, _number):
            body = {"id": str(uuid4()), "reason": "cold", **what}
            command = RefundCreate.model_validate_json(json.dumps(body))
            service = env["fynlo.order.refund"]
            while True:
                try:
                    run_with_retry(env, lambda: service._fynlo_refund_order(self.uuid, command))
                    env.cr.commit()
                    return True
                except BusyError:
                    env.cr.rollback()

        results = self.act_at_once(refund, ATTEMPTS)
        for error in results:
            if isinstance(error, Exception):
                self.assertIsInstance(error, FynloError, error)
                self.assertEqual(error.code, "refund_too_large")
        return results.count(True)

    def assertGivenBack(self, quantity, amount):
        with committing_env(self.dbname) as env:
            order = env["pos.order"].search([("uuid", "=", self.uuid)])
            refunds = order._fynlo_refund_orders()
            self.assertEqual(-sum(refunds.lines.mapped("qty")), quantity)
            self.assertEqual(round(-sum(refunds.payment_ids.mapped("amount")), 2), amount)

    def test_five_goods_come_back_five_times(self):
        lines = [{"lineId": self.line_uuid, "quantity": 1}]
        self.assertEqual(self.refund_at_once(lines=lines), 5)
        self.assertGivenBack(5, 13.75)

    def test_credit_notes_are_never_worth_more_than_their_invoice(self):
        with committing_env(self.dbname) as env:
            orders = env(user=env.ref("base.user_admin").id, su=True)["pos.order"]
            order = orders.search([("uuid", "=", self.uuid)])
            order.partner_id = env["res.partner"].create({"name": "Guest"})
            order.with_context(generate_pdf=False).action_pos_order_invoice()
        lines = [{"lineId": self.line_uuid, "quantity": 1}]
        self.assertEqual(self.refund_at_once(lines=lines), 5)
        self.assertGivenBack(5, 13.75)
        with committing_env(self.dbname) as env:
            order = env["pos.order"].search([("uuid", "=", self.uuid)])
            notes = order._fynlo_refund_orders().account_move
            self.assertEqual(notes.reversed_entry_id, order.account_move)
            self.assertEqual(len(set(notes.mapped("name"))), 5)
            self.assertEqual(round(sum(notes.mapped("amount_total")), 2), 13.75)
            self.assertFalse(any(notes.mapped("amount_residual")))

    def test_an_amount_is_given_back_as_often_as_it_was_paid(self):
        self.assertEqual(self.refund_at_once(amount=300), 4)
        self.assertGivenBack(0, 12.0)
