"""Goods with lots are sold without naming them: what expires first leaves first."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .lots import make_lot, make_perishable, quantities
from .test_stock_posting import StockCase


class LotsCase(StockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milk = make_perishable(cls.till)

    def lot(self, name, quantity, days=None, product=None):
        return make_lot(self.till, product or self.milk, name, quantity, days)

    def left(self, product=None):
        return quantities(self.till, product or self.milk)

    def waiting(self):
        """Return the moves of the session that are not done."""
        pickings = self.session.picking_ids
        return pickings.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))

    def refund(self, order, quantity, **extra):
        """Return a paid refund of the first line of ``order``, made outside of the API."""
        refund = self.till.sell(self.session, {order.lines[0].product_id: -quantity}, **extra)
        refund.lines.refunded_orderline_id = order.lines[0]
        return refund


@tagged("post_install", "-at_install")
class TestStockLots(LotsCase):
    def test_what_expires_first_leaves_first(self):
        self.lot("late", 5, days=20)
        self.lot("early", 5, days=10)
        self.till.sell(self.session, {self.milk: 3})
        self.till.sell(self.session, {self.milk: 4, self.coffee: 1})
        self.assertEqual(self.post(), 2)
        self.assertEqual(self.left(), {"late": 3.0})
        self.assertEqual(self.session.picking_ids.mapped("state"), ["done"])
        self.assertEqual(self.available(self.milk, self.coffee)[self.milk.id], 3.0)

    def test_goods_without_a_date_leave_in_the_order_they_came(self):
        wine = self.till._make_product("Wine", 5.0, 2.0)
        wine.tracking = "lot"
        for number, name in enumerate(("B", "A")):
            lot = self.lot(name, 5, product=wine)
            lot.quant_ids.in_date = fields.Datetime.now() - timedelta(days=9 - number)
        self.till.sell(self.session, {wine: 6})
        self.post()
        self.assertEqual(self.left(wine), {"A": 4.0})

    def test_a_strategy_that_somebody_chose_holds(self):
        lifo = self.env["product.removal"].search([("method", "=", "lifo")])
        for place in (self.milk.categ_id, self.till.source.location_id):
            place.removal_strategy_id = lifo
            for number, (name, days) in enumerate((("early", 10), ("late", 20))):
                lot = self.lot(f"{name} {place._name}", 1, days)
                lot.quant_ids.in_date = fields.Datetime.now() - timedelta(days=9 - number)
            self.till.sell(self.session, {self.milk: 1})
            self.post()
            self.assertEqual(self.left(), {f"early {place._name}": 1.0})
            place.removal_strategy_id = False
            self.till.sell(self.session, {self.milk: 1})
            self.post()

    def test_what_has_expired_is_never_taken(self):
        self.lot("expired", 5, days=-1)
        self.lot("to remove", 5, days=0.5)
        self.lot("good", 2, days=9)
        self.till.sell(self.session, {self.milk: 3, self.coffee: 1})
        self.assertEqual(self.available(self.milk), {self.milk.id: -1.0})
        with self.assertLogs("odoo.addons.fynlo_pos_api", "WARNING"):
            self.post()
        self.assertEqual(self.left(), {"expired": 5.0, "to remove": 5.0})
        self.assertEqual(self.till.on_hand(self.coffee), 99)
        waiting = self.waiting()
        self.assertEqual((waiting.product_id, waiting.product_uom_qty), (self.milk, 1.0))
        self.assertFalse(waiting.move_line_ids)
        self.assertEqual(self.available(self.milk), {self.milk.id: -1.0})

    def test_a_lot_that_was_good_at_the_sale_is_taken(self):
        """A till that was offline sends yesterday's sales today."""
        self.lot("of yesterday", 5, days=0.9)
        yesterday = fields.Datetime.now() - timedelta(days=1)
        self.till.sell(self.session, {self.milk: 2}, date_order=yesterday)
        self.post()
        self.assertEqual(self.left(), {"of yesterday": 3.0})
        self.till.sell(self.session, {self.milk: 1}, date_order=yesterday)
        self.till.sell(self.session, {self.milk: 1})
        with self.assertLogs("odoo.addons.fynlo_pos_api", "WARNING"):
            self.post()
        self.assertEqual(self.left(), {"of yesterday": 3.0})

    def test_a_lot_that_was_named_is_taken_and_the_rest_found(self):
        self.lot("early", 5, days=10)
        self.lot("late", 5, days=20)
        named = self.till.sell(self.session, {self.milk: 2})
        named.lines.pack_lot_ids = [Command.create({"lot_name": "late"})]
        self.till.sell(self.session, {self.milk: 1})
        self.post()
        self.assertEqual(self.left(), {"early": 4.0, "late": 3.0})

    def test_serial_numbers_wait_until_they_are_named(self):
        phone = self.till._make_product("Phone", 5.0, 2.0)
        phone.tracking = "serial"
        self.lot("SN1", 1, product=phone)
        self.till.sell(self.session, {phone: 1})
        with self.assertLogs("odoo.addons.fynlo_pos_api", "WARNING"):
            self.post()
        self.assertEqual((self.left(phone), self.waiting().product_id), ({"SN1": 1.0}, phone))

    def test_goods_that_lie_there_without_a_lot_are_not_taken(self):
        self.env["stock.quant"]._update_available_quantity(self.milk, self.till.source, 5)
        self.lot("good", 1, days=9)
        self.till.sell(self.session, {self.milk: 2})
        with self.assertLogs("odoo.addons.fynlo_pos_api", "WARNING"):
            self.post()
        self.assertEqual((self.left(), self.waiting().product_uom_qty), ({False: 5.0}, 1.0))

    def test_what_a_delivery_holds_stays_there(self):
        self.lot("early", 5, days=10)
        self.lot("late", 5, days=20)
        move = self.env["stock.move"].create({
            "product_id": self.milk.id, "product_uom_qty": 4, "location_id": self.till.source.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            "picking_type_id": self.till.store.picking_type_id.warehouse_id.out_type_id.id,
        })  # fmt: skip
        move._action_confirm()
        move._action_assign()
        self.till.sell(self.session, {self.milk: 3})
        self.post()
        self.assertEqual(move.quantity, 4)
        self.assertEqual(self.left(), {"early": 4.0, "late": 3.0})

    def test_an_invoiced_order_takes_its_lots_at_once(self):
        self.company.anglo_saxon_accounting = True
        self.lot("late", 5, days=20)
        self.lot("early", 5, days=10)
        guest = self.env["res.partner"].create({"name": "Guest"})
        order = self.till.sell(self.session, {self.milk: 6}, partner_id=guest.id)
        order.with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertEqual((self.left(), order.picking_ids.state), ({"late": 4.0}, "done"))

    def test_many_orders_cost_as_much_as_few(self):
        self.lot("early", 500, days=10)
        self.lot("late", 500, days=20)

        def count_queries(orders):
            for _ in range(orders):
                self.till.sell(self.session, {self.milk: 1})
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
class TestReturnedLots(LotsCase):
    def test_the_only_lot_that_was_sold_gets_it_back(self):
        self.lot("early", 5, days=10)
        self.lot("late", 5, days=20)
        order = self.till.sell(self.session, {self.milk: 3})
        self.refund(order, 1)
        self.post()
        self.assertEqual(self.left(), {"early": 3.0, "late": 5.0})
        self.refund(order, 2)
        self.post()
        self.assertEqual((self.left(), self.waiting().ids), ({"early": 5.0, "late": 5.0}, []))

    def test_where_two_lots_were_sold_somebody_has_to_say_which(self):
        self.lot("early", 5, days=10)
        self.lot("late", 5, days=20)
        order = self.till.sell(self.session, {self.milk: 6})
        self.post()
        self.refund(order, 1)
        with self.assertLogs("odoo.addons.fynlo_pos_api", "WARNING"):
            self.post()
        self.assertEqual((self.left(), self.waiting().product_uom_qty), ({"late": 4.0}, 1.0))

    def test_a_lot_that_was_named_at_the_sale_gets_it_back(self):
        self.lot("early", 5, days=10)
        self.lot("late", 5, days=20)
        named = self.till.sell(self.session, {self.milk: 2})
        named.lines.pack_lot_ids = [Command.create({"lot_name": "late"})]
        self.till.sell(self.session, {self.milk: 1})
        self.post()
        self.refund(named, 2)
        self.post()
        self.assertEqual(self.left(), {"early": 4.0, "late": 5.0})

    def test_while_some_of_the_goods_wait_no_lot_is_certain(self):
        self.lot("early", 1, days=10)
        order = self.till.sell(self.session, {self.milk: 2})
        self.refund(order, 1)
        with self.assertLogs("odoo.addons.fynlo_pos_api", "WARNING"):
            self.post()
        self.assertEqual((self.left(), len(self.waiting())), ({}, 2))

    def test_what_is_thrown_away_leaves_its_lot(self):
        self.lot("early", 5, days=10)
        order = self.till.sell(self.session, {self.milk: 3})
        self.post()
        refund = self.refund(order, 1)
        refund.lines.fynlo_is_scrapped = True
        self.post()
        self.assertEqual(self.left(), {"early": 2.0})
        scrap = self.env["stock.scrap"].search([("product_id", "=", self.milk.id)])
        self.assertEqual((scrap.state, scrap.lot_id.name), ("done", "early"))
