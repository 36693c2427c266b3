"""The last unit under real parallel connections."""

import json
from collections import Counter
from uuid import uuid4

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..exceptions import OutOfStockError
from ..schemas.carts import OrderCreate
from ..schemas.reservations import ReservationCreate
from .parallel_tills import ParallelTills

CARTS = 50


@tagged("post_install", "-at_install")
class TestStrictStockParallel(ParallelTills):
    def leave(self, quantity):
        """Make the store strict, with so many coffees left."""
        with committing_env(self.dbname) as env:
            store = env["pos.session"].browse(self.session_id).config_id
            store.fynlo_is_strict_stock = True
            shelf = store.picking_type_id.default_location_src_id
            coffee = env["product.product"]._fynlo_by_uuid(self.coffee)
            env["stock.quant"]._update_available_quantity(coffee, shelf, quantity - 100)

    def available(self):
        with committing_env(self.dbname) as env:
            store = env["pos.session"].browse(self.session_id).config_id
            coffee = env["product.product"]._fynlo_by_uuid(self.coffee)
            return coffee._fynlo_available(store)[coffee.id]

    def sell(self, env, _number):
        payment = {"id": str(uuid4()), "method": self.card, "amount": 275}
        line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}
        body = {"id": str(uuid4()), "orderType": "dine_in", "lines": [line], "payments": [payment]}
        command = OrderCreate.model_validate_json(json.dumps(body))
        run_with_retry(env, lambda: env["fynlo.checkout"]._fynlo_sell(command))
        return "sold"

    def reserve(self, env, _number):
        line = {"productId": self.coffee, "quantity": 1}
        body = json.dumps({"id": str(uuid4()), "lines": [line], "ttlSeconds": 900})
        command = ReservationCreate.model_validate_json(body)
        reservations = env["fynlo.stock.reservation"]
        run_with_retry(env, lambda: reservations._fynlo_reserve(command))
        return "reserved"

    def outcomes(self, results):
        """Count the results; an error that is not the one expected is shown."""
        return Counter(
            "refused" if isinstance(result, OutOfStockError) else str(result) for result in results
        )

    def test_fifty_carts_and_one_unit(self):
        self.leave(1)
        results = self.act_at_once(self.reserve, CARTS)
        self.assertEqual(self.outcomes(results), {"reserved": 1, "refused": CARTS - 1})
        self.assertEqual(self.available(), 0)

    def test_eight_tills_sell_the_last_three(self):
        self.leave(3)
        results = self.act_at_once(self.sell)
        self.assertEqual(self.outcomes(results), {"sold": 3, "refused": 5})
        self.assertEqual(self.available(), 0)

    def test_sales_and_reservations_meet(self):
        self.leave(2)

        def act(env, number):
            return (self.sell if number % 2 else self.reserve)(env, number)

        counts = self.outcomes(self.act_at_once(act))
        self.assertEqual(counts["refused"], 6, counts)
        self.assertEqual(self.available(), 0)
