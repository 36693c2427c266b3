"""One open order, and many who change it at once under real parallel connections."""

import json
import os
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import BusyError, FynloError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..schemas.carts import OrderCreate, OrderPaymentCreate
from ..schemas.order_edits import OrderPatch
from .parallel_tills import TILLS, ParallelTills

ROUNDS = 200 if os.environ.get("FYNLO_LONG_TESTS") else 10


@tagged("post_install", "-at_install")
class TestOrderEditParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        self.uuid = str(uuid4())
        line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}
        body = {"id": self.uuid, "orderType": "dine_in", "lines": [line]}
        command = OrderCreate.model_validate_json(json.dumps(body))
        self.act_at_once(lambda env, _: env["fynlo.checkout"]._fynlo_sell(command).id, 1)
        self.addCleanup(self.pay_the_rest)  # a session with an open order cannot close

    def order(self, env):
        return env["pos.order"].search([("uuid", "=", self.uuid)])

    def pay_the_rest(self):
        def pay(env, _number):
            order = self.order(env)
            if order.state == "draft":
                due = round((order.amount_total - order.amount_paid) * 100)
                env["fynlo.order.payment"]._fynlo_pay_order(self.uuid, self.payment(due))

        self.act_at_once(pay, 1)

    def payment(self, amount):
        body = {"id": str(uuid4()), "method": self.card, "amount": amount}
        return OrderPaymentCreate.model_validate_json(json.dumps(body))

    def test_no_waiter_loses_a_line(self):
        """A waiter who is told that the order is busy sends the same again, as a till does."""

        def wait(env, _number):
            added = []
            for _ in range(ROUNDS):
                line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}
                command = OrderPatch.model_validate_json(json.dumps({"lines": [line]}))
                self.send_until_taken(env, command)
                added.append(line["id"])
            return added

        results = self.act_at_once(wait)
        added = [uuid for result in results for uuid in result]
        with committing_env(self.dbname) as env:
            order = self.order(env)
            found = order.lines.mapped("uuid")
            self.assertEqual(len(found), TILLS * ROUNDS + 1)
            self.assertLessEqual(set(added), set(found))
            self.assertEqual(order.fynlo_version, TILLS * ROUNDS + 1)
            self.assertEqual(order.amount_total, round(2.75 * len(found), 2))

    def send_until_taken(self, env, command):
        edit = env["fynlo.order.edit"]._fynlo_edit_order
        while True:
            try:
                run_with_retry(env, lambda: edit(self.uuid, command))
                env.cr.commit()
                return
            except BusyError:
                env.cr.rollback()

    def test_one_order_is_paid_once(self):
        def pay(env, _number):
            service = env["fynlo.order.payment"]
            command = self.payment(275)
            return run_with_retry(env, lambda: service._fynlo_pay_order(self.uuid, command)).state

        results = self.act_at_once(pay)
        self.assertEqual([each for each in results if not isinstance(each, Exception)], ["paid"])
        for error in results:
            if isinstance(error, Exception):
                self.assertIsInstance(error, FynloError)
                self.assertEqual(error.code, "illegal_transition")
        with committing_env(self.dbname) as env:
            self.assertEqual(self.order(env).payment_ids.mapped("amount"), [2.75])
