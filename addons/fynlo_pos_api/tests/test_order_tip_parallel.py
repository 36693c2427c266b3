"""One sale, and eight tills that book its tip at once under real parallel connections."""

import json
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import BusyError, StaleVersionError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..schemas.carts import OrderCreate
from ..schemas.order_edits import OrderTip
from .parallel_tills import TILLS, ParallelTills


@tagged("post_install", "-at_install")
class TestOrderTipParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.principals[0].store_id)
            store.set_tip_after_payment = True
        self.uuid = str(uuid4())
        line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 4}
        payment = {"id": str(uuid4()), "method": self.card, "amount": 1100}
        body = {"id": self.uuid, "orderType": "dine_in", "lines": [line], "payments": [payment]}
        command = OrderCreate.model_validate_json(json.dumps(body))
        [made] = self.act_at_once(lambda env, _: env["fynlo.checkout"]._fynlo_sell(command).id, 1)
        self.assertIsInstance(made, int)

    def tip_at_once(self, **extra):
        def tip(env, number):
            body = {"id": str(uuid4()), "amount": 100 + number, **extra}
            command = OrderTip.model_validate_json(json.dumps(body))
            while True:
                try:
                    run_with_retry(
                        env, lambda: env["fynlo.order.tip"]._fynlo_tip_order(self.uuid, command)
                    )
                    env.cr.commit()
                    return command.amount
                except BusyError:
                    env.cr.rollback()

        return self.act_at_once(tip)

    def assertOneTip(self, told, steps):
        with committing_env(self.dbname) as env:
            order = env["pos.order"].search([("uuid", "=", self.uuid)])
            tip = round(order.tip_amount * 100)
            self.assertIn(tip, told)
            self.assertEqual(round(order.amount_total * 100), 1100 + tip)
            self.assertEqual(round(order.payment_ids.amount * 100), 1100 + tip)
            self.assertEqual(round(order.amount_paid * 100), 1100 + tip)
            self.assertEqual(len(order.lines), 2)
            self.assertEqual(len(order.fynlo_step_ids), steps)

    def test_the_last_one_holds_and_none_is_added_to_another(self):
        told = self.tip_at_once()
        self.assertEqual(sorted(told), [100 + number for number in range(TILLS)])
        self.assertOneTip(told, TILLS)

    def test_of_those_who_saw_the_same_version_one_wins(self):
        told = self.tip_at_once(version=1)
        refused = [each for each in told if isinstance(each, StaleVersionError)]
        self.assertEqual(len(refused), TILLS - 1, told)
        self.assertOneTip([each for each in told if isinstance(each, int)], 1)
