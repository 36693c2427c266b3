"""The last pieces of two lots, sold by two stores from one shelf and posted at the same moment."""

from odoo import SUPERUSER_ID
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env, run_parallel
from odoo.tests import tagged

from ..schemas.inventory import AdjustmentLine
from .lots import make_lot, make_perishable
from .parallel_tills import ParallelTills
from .till import Till

JOBS = 4


@tagged("post_install", "-at_install")
class TestStockLotsParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            admin = env(user=env.ref("base.user_admin").id, su=True)
            self.first = Till(admin, "Shelf 1")
            second = Till(admin, "Shelf 2")
            self.assertEqual(self.first.source, second.source)
            milk = make_perishable(self.first, "Parallel milk")
            self.goods += (*milk.ids, *second.coffee.ids, *second.cake.ids)
            self.goods += (*self.first.coffee.ids, *self.first.cake.ids)
            for name, days in (("late", 20), ("early", 10), ("gone", -1)):
                make_lot(self.first, milk, name, 5, days)
            sessions = [till.open(0.0) for till in (self.first, second)]
            for till, session in zip((self.first, second), sessions, strict=True):
                for _ in range(5):
                    till.sell(session, {milk: 1})
            self.milk_id, self.shelf_id = milk.id, self.first.source.id
            self.session_ids = [session.id for session in sessions]

    def clean_up(self):
        with committing_env(self.dbname) as env:
            admin = env(user=env.ref("base.user_admin").id, su=True)
            for session in admin["pos.session"].browse(self.session_ids):
                session.post_closing_cash_details(session._fynlo_expected_cash())
                run_with_retry(admin, session.close_session_from_ui)
            domain = [("product_id", "=", self.milk_id), ("location_id", "=", self.shelf_id)]
            for quant in admin["stock.quant"].search(domain):  # the board of others tells of it
                quant.with_context(inventory_mode=True).inventory_quantity = 0
                quant.action_apply_inventory()
        super().clean_up()

    def post(self, env):
        """Post both sessions as the job does, until nothing is left."""
        for _ in range(20):
            for session in env["pos.session"].browse(self.session_ids):
                session._fynlo_try_posting()
                env.cr.commit()
            domain = [("session_id", "in", self.session_ids), ("fynlo_stock_state", "=", "pending")]
            if not env["pos.order"].search_count(domain):
                break

    def test_each_piece_leaves_once(self):
        self.assertEqual(run_parallel(self.dbname, self.post, JOBS), [None] * JOBS)
        with committing_env(self.dbname) as env:
            domain = [("product_id", "=", self.milk_id), ("location_id", "=", self.shelf_id)]
            groups = env["stock.quant"]._read_group(domain, ["lot_id"], ["quantity:sum"])
            self.assertEqual(
                {lot.name: quantity for lot, quantity in groups if quantity}, {"gone": 5.0}
            )
            self.assertFalse(env["stock.quant"].search([*domain, ("quantity", "<", 0)]))
            lines = env["stock.move.line"].search([("product_id", "=", self.milk_id)])
            self.assertEqual(set(lines.mapped("state")), {"done"})
            taken = {lot.name: sum(part.mapped("quantity")) for lot, part in
                     lines.filtered("picking_id").grouped("lot_id").items()}  # fmt: skip
            self.assertEqual(taken, {"early": 5.0, "late": 5.0})

    def test_a_new_lot_is_made_once(self):
        day = {"expires_at": None, "lot": "new today"}

        def receive(env, _number):
            inventory = env(user=SUPERUSER_ID)["fynlo.inventory"]
            product = inventory.env["product.product"].browse(self.milk_id)
            shelf = inventory.env["stock.location"].browse(self.shelf_id)
            line = AdjustmentLine.model_construct(**day)
            return run_with_retry(env, lambda: inventory._fynlo_lot(product, line, shelf).id)

        found = set(self.act_at_once(receive))
        self.assertEqual(len(found), 1, found)
