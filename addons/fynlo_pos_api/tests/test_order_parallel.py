"""Sales under real parallel connections, on rows that are committed.

What a test leaves is a store of its own with a closed session; its goods are archived.
"""

import json
from itertools import count
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import FynloError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.addons.fynlo_base.tests.parallel import committing_env, run_parallel
from odoo.tests import BaseCase, get_db_name, tagged

from ..exceptions import PaymentReferenceUsedError
from ..schemas.carts import OrderCreate
from .till import Till

TILLS = 8


@tagged("post_install", "-at_install")
class TestOrderParallel(BaseCase):
    def setUp(self):
        super().setUp()
        self.dbname = get_db_name()
        with committing_env(self.dbname) as env:
            admin = env(user=env.ref("base.user_admin").id, su=True)
            till = Till(admin, f"Parallel {uuid4().hex[:6]}")
            vals = {"name": "T", "config_id": till.store.id, "platform": "ipados"}
            devices = env["fynlo.device"].create([dict(vals) for _ in range(TILLS)])
            session = till.open()
            user = env.company._fynlo_technical_user("cashier")
            self.principals = [
                Principal(
                    user_id=user.id, company_id=env.company.id, role="cashier",
                    session=f"test-{device.id}", store_ids=(till.store.id,),
                    store_id=till.store.id, device_id=device.id,
                )
                for device in devices
            ]  # fmt: skip
            self.session_id, self.goods = session.id, (till.coffee | till.cake).ids
            self.coffee, self.card = till.coffee.fynlo_uuid, till.card.fynlo_uuid
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with committing_env(self.dbname) as env:
            admin = env(user=env.ref("base.user_admin").id, su=True)
            session = admin["pos.session"].browse(self.session_id)
            run_with_retry(admin, session.close_session_from_ui)
            admin["product.product"].browse(self.goods).active = False

    def command(self, reference=None):
        payment = {"id": str(uuid4()), "method": self.card, "amount": 275}
        if reference:
            payment["reference"] = reference
        line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}
        body = {"id": str(uuid4()), "orderType": "dine_in", "lines": [line]}
        return OrderCreate.model_validate_json(json.dumps({**body, "payments": [payment]}))

    def sell_at_once(self, commands):
        """Let each till sell one of ``commands`` at the same moment; return what they get."""
        numbers = count()

        def act(env):
            number = next(numbers)
            principal = self.principals[number]
            context = {CONTEXT_KEY: principal, "allowed_company_ids": [principal.company_id]}
            own = env(user=principal.user_id, context=context)
            sell = own["fynlo.checkout"]._fynlo_sell
            order = run_with_retry(own, lambda: sell(commands[number]))
            return order.pos_reference, order.name, order.amount_total

        return run_parallel(self.dbname, act, len(commands))

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
        refused = [result for result in results if isinstance(result, Exception)]
        self.assertEqual(len(refused), TILLS - 1)
        for error in refused:
            self.assertIsInstance(error, FynloError)
            self.assertEqual(error.status, 409)
        self.assertEqual(len(self.orders()), 1)
