from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.fields import Command
from odoo.tests import tagged

from ..hooks import uninstall_hook
from ..models import pos_session_stock
from .till import Till


class StockCase(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.point_of_sale_update_stock_quantities = "real"
        cls.till = Till(cls.env)
        cls.coffee, cls.cake = cls.till.coffee, cls.till.cake
        cls.session = cls.till.open()

    def post(self):
        return self.session._fynlo_post_stock_batch()

    def available(self, *products):
        products = self.env["product.product"].union(*products)
        return products._fynlo_available(self.till.store)


@tagged("post_install", "-at_install")
class TestStockPosting(StockCase):
    def test_sale_moves_nothing_and_posting_moves_it_once(self):
        orders = self.till.sell(self.session, {self.coffee: 3, self.cake: 1})
        orders |= self.till.sell(self.session, {self.coffee: 2})
        self.assertEqual(self.till.on_hand(self.coffee), 100)
        self.assertEqual(self.session.fynlo_pending_stock_count, 2)
        self.assertEqual(self.post(), 2)
        self.assertEqual(self.till.on_hand(self.coffee), 95)
        self.assertEqual(self.till.on_hand(self.cake), 99)
        self.assertEqual(set(orders.mapped("fynlo_stock_state")), {"posted"})
        self.assertEqual(self.post(), 0)
        self.assertEqual(self.till.on_hand(self.coffee), 95)
        self.assertEqual(len(self.session.picking_ids), 1)
        self.assertEqual(self.session.picking_ids.state, "done")

    def test_availability_is_exact_before_and_after_posting(self):
        self.till.sell(self.session, {self.coffee: 3})
        self.till.sell(self.session, {self.coffee: -1})
        expected = {self.coffee.id: 98.0, self.cake.id: 100.0}
        self.assertEqual(self.available(self.coffee, self.cake), expected)
        self.post()
        self.assertEqual(self.available(self.coffee, self.cake), expected)

    def test_goods_that_odoo_cannot_move_stay_sold(self):
        wine = self.till._make_product("Wine", 5.0, 2.0)
        wine.tracking = "lot"
        lot = self.env["stock.lot"].create({"name": "2019", "product_id": wine.id})
        self.env["stock.quant"]._update_available_quantity(wine, self.till.source, 2, lot_id=lot)
        self.till.sell(self.session, {wine: 3, self.coffee: 1})
        self.assertEqual(self.available(wine), {wine.id: -1.0})
        with self.assertLogs("odoo.addons.fynlo_pos_api", "WARNING"):
            self.post()
        self.assertEqual(self.available(wine, self.coffee), {wine.id: -1.0, self.coffee.id: 99.0})
        waiting = self.session.picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertEqual(
            (waiting.move_ids.product_id, waiting.move_ids.product_uom_qty), (wine, 1.0)
        )

    def test_availability_counts_the_web_pos_that_posts_at_the_closing(self):
        self.company.point_of_sale_update_stock_quantities = "closing"
        till = Till(self.env, "At closing")
        session = till.open(0.0)
        till.sell_in_web_pos(session, {till.coffee: 3})
        till.sell(session, {till.coffee: 1})
        self.assertEqual(till.on_hand(till.coffee), 100)
        self.assertEqual(till.coffee._fynlo_available(till.store), {till.coffee.id: 96.0})
        session._fynlo_post_stock_batch()
        self.assertEqual(till.coffee._fynlo_available(till.store), {till.coffee.id: 96.0})
        session.post_closing_cash_details(session._fynlo_expected_cash())
        session.invalidate_recordset()
        session.close_session_from_ui()
        self.assertEqual(till.on_hand(till.coffee), 96)
        self.assertEqual(till.coffee._fynlo_available(till.store), {till.coffee.id: 96.0})

    def test_availability_of_many_products_is_two_queries(self):
        self.till.sell(self.session, {self.coffee: 3})
        products = self.env["product.product"].search([], limit=200)
        self.env.flush_all()
        with self.assertQueryCount(2):
            products._fynlo_available(self.till.store)

    def test_unpaid_order_moves_nothing_and_holds_its_goods(self):
        order = self.till.sell(self.session, {self.coffee: 3}, state="draft")
        self.assertEqual(self.post(), 0)
        level = self.coffee._fynlo_stock_levels(self.till.store)[self.coffee.id]
        self.assertEqual((level.on_hand, level.pending, level.reserved), (100.0, 0.0, 3.0))
        order.state = "paid"
        self.assertEqual(self.post(), 1)
        self.assertEqual(self.till.on_hand(self.coffee), 97)

    def test_goods_of_a_customer_with_his_own_location_go_there(self):
        customers = self.env.ref("stock.stock_location_customers")
        depot = self.env["stock.location"].create(
            {"name": "Depot", "usage": "customer", "location_id": customers.id}
        )
        guest = self.env["res.partner"].create({"name": "G", "property_stock_customer": depot.id})
        self.till.sell(self.session, {self.coffee: 1})
        self.till.sell(self.session, {self.coffee: 4}, partner_id=guest.id)
        self.post()
        moved = {move.location_dest_id: move.quantity for move in self.session.picking_ids.move_ids}
        usual = self.till.store.picking_type_id.default_location_dest_id or customers
        self.assertEqual(moved, {usual: 1.0, depot: 4.0})

    def test_lots_that_were_sold_are_the_lots_that_leave(self):
        self.cake.tracking = "lot"
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": self.cake.id} for name in ("A", "B")]
        )
        for lot in lots:
            quants = self.env["stock.quant"]
            quants._update_available_quantity(self.cake, self.till.source, 5, lot_id=lot)
        order = self.till.sell(self.session, {self.cake: 2})
        order.lines.pack_lot_ids = [Command.create({"lot_name": "B"})]
        self.post()
        line = self.session.picking_ids.move_line_ids
        self.assertEqual((line.lot_id, line.quantity), (lots[1], 2.0))

    def test_costs_are_known_after_posting(self):
        order = self.till.sell(self.session, {self.coffee: 3, self.cake: 2})
        self.assertFalse(order.is_total_cost_computed)
        self.post()
        self.assertTrue(order.is_total_cost_computed)
        self.assertEqual(order.lines.mapped("total_cost"), [3.0, 3.0])
        self.assertAlmostEqual(order.margin, 3 * 2.5 + 2 * 4.0 - 6.0, 2)

    def test_batch_takes_the_oldest_and_leaves_the_rest(self):
        self.patch(pos_session_stock, "BATCH_ORDERS", 2)
        orders = self.env["pos.order"].union(
            *[self.till.sell(self.session, {self.coffee: 1}) for _ in range(3)]
        )
        self.assertEqual(self.post(), 2)
        self.assertEqual(orders.mapped("fynlo_stock_state"), ["posted", "posted", "pending"])
        self.assertEqual(self.post(), 1)
        self.assertEqual(self.till.on_hand(self.coffee), 97)

    def test_web_pos_order_moves_its_own_stock_at_once(self):
        order = self.till.sell_in_web_pos(self.session, {self.coffee: 3})
        self.assertFalse(order.fynlo_stock_state)
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(self.till.on_hand(self.coffee), 97)
        self.assertEqual(self.available(self.coffee), {self.coffee.id: 97.0})
        self.assertEqual(self.post(), 0)

    def test_posting_again_by_odoo_s_own_way_does_nothing(self):
        order = self.till.sell(self.session, {self.coffee: 3})
        order._create_order_picking()
        self.assertFalse(order.picking_ids)
        self.post()
        order._create_order_picking()
        self.assertFalse(order.picking_ids)
        self.assertEqual(self.till.on_hand(self.coffee), 97)

    def test_removal_of_the_module_moves_what_is_pending(self):
        self.till.sell(self.session, {self.coffee: 3})
        uninstall_hook(self.env)
        self.assertEqual(self.till.on_hand(self.coffee), 97)

    def test_batch_costs_the_same_queries_for_many_orders(self):
        def count_queries(orders):
            for _ in range(orders):
                self.till.sell(self.session, {self.coffee: 1, self.cake: 1})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.post(), orders)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count_queries(2)
        few, many = count_queries(5), count_queries(40)
        self.assertLessEqual(many, few + 2)


@tagged("post_install", "-at_install")
class TestStockOfInvoices(StockCase):
    def test_invoiced_order_moves_its_stock_for_the_invoice(self):
        self.company.anglo_saxon_accounting = True
        guest = self.env["res.partner"].create({"name": "Guest"})
        order = self.till.sell(self.session, {self.coffee: 3}, partner_id=guest.id)
        order.with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertEqual(order.picking_ids.state, "done")
        self.assertFalse(order.fynlo_stock_state)
        self.assertEqual(self.post(), 0)
        self.assertEqual(self.till.on_hand(self.coffee), 97)

    def test_stock_of_a_posted_order_is_not_moved_for_a_later_invoice(self):
        self.company.anglo_saxon_accounting = True
        guest = self.env["res.partner"].create({"name": "Guest"})
        order = self.till.sell(self.session, {self.coffee: 3}, partner_id=guest.id)
        self.post()
        order.with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertFalse(order.picking_ids)
        self.assertEqual(self.till.on_hand(self.coffee), 97)
