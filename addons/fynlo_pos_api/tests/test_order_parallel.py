"""Sales under real parallel connections."""

import json
from uuid import uuid4

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..exceptions import PaymentReferenceUsedError
from ..schemas.carts import OrderCreate
from .parallel_tills import TILLS, ParallelTills


@tagged("post_install", "-at_install")
class TestOrderParallel(ParallelTills):
    def command(self, reference=None):
        payment = {"id": str(uuid4()), "method": self.card, "amount": 275}
        if reference:
            payment["reference"] = reference
        line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}
        body = {"id": str(uuid4()), "orderType": "dine_in", "lines": [line]}
        return OrderCreate.model_validate_json(json.dumps({**body, "payments": [payment]}))

    def sell_at_once(self, commands):
        """Let each till sell one of ``commands`` at the same moment; return what they get."""

        def sell(env, number):
            service = env["fynlo.checkout"]
            order = run_with_retry(env, lambda: service._fynlo_sell(commands[number]))
            return order.pos_reference, order.name, order.amount_total

        return self.act_at_once(sell, len(commands))

    def orders(self):
        with committing_env(self.dbname) as env:
            orders = env["pos.order"].search([("session_id", "=", self.session_id)])
            return [(order.pos_reference, order.state, order.amount_total) for order in orders]

    def test_all_tills_sell_at_once_with_references_of_their_own(self):
        results = self.sell_at_once([self.command() for _ in range(TILLS)])
        for result in results:
            self.assertNotIsInstance(result, Exception, result)
        self.assertEqual(len({reference for reference, _name, _total in results}), TILLS)
        self.assertEqual(len({name for _reference, name, _total in results}), TILLS)
        self.assertEqual({order[1:] for order in self.orders()}, {("paid", 2.75)})

    def test_one_terminal_receipt_pays_one_of_the_tills(self):
        reference = uuid4().hex
        results = self.sell_at_once([self.command(reference) for _ in range(TILLS)])
        refused = [result for result in results if isinstance(result, Exception)]
        self.assertEqual(len(refused), TILLS - 1)
        for error in refused:
            self.assertIsInstance(error, PaymentReferenceUsedError)
        self.assertEqual(len(self.orders()), 1)

    def test_one_order_sent_by_all_tills_is_booked_once(self):
        command = self.command()
        results = self.sell_at_once([command] * TILLS)
        for result in results:
            self.assertNotIsInstance(result, Exception, result)
        self.assertEqual(len(set(results)), 1)
        self.assertEqual(len(self.orders()), 1)
