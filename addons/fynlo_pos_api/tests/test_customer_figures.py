from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from .till import Till


@tagged("post_install", "-at_install")
class TestCustomerFigures(FynloCase):
    """What a customer has bought, counted from the orders themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.session = cls.till.open()
        vals = {"name": "Jane Doe", "fynlo_is_customer": True, "company_id": cls.company.id}
        cls.jane = cls.env["res.partner"].create(vals)
        cls.joe = cls.env["res.partner"].create({**vals, "name": "Joe Doe"})

    def sell(self, quantity=1, partner=None, **extra):
        partner = partner or self.jane
        goods = {self.till.coffee: quantity}
        return self.till.sell(self.session, goods, partner_id=partner.id, **extra)

    def figures(self, partner=None):
        """Return what is shown now, and what a list has after the background job."""
        partner = partner or self.jane
        self.env.flush_all()
        self.env.invalidate_all()
        shown = partner.fynlo_spent_now, partner.fynlo_visited_now, partner.fynlo_orders_now
        while self.env["fynlo.customer.change"]._fynlo_count_batch():
            pass
        stored = partner.fynlo_total_spent, partner.fynlo_last_visit_at, partner.fynlo_order_count
        self.assertEqual(shown, stored)
        again = partner.fynlo_spent_now, partner.fynlo_visited_now, partner.fynlo_orders_now
        self.assertEqual(again, stored)
        return stored

    def test_sales_count_and_refunds_take_back(self):
        self.assertEqual(self.figures(), (0.0, False, 0))
        first = self.sell(date_order="2026-01-01 10:00:00")
        last = self.sell(2, date_order="2026-01-03 10:00:00")
        self.assertEqual(self.figures(), (8.25, last.date_order, 2))
        self.sell(-1, date_order="2026-01-05 10:00:00")
        self.assertEqual(self.figures(), (5.5, last.date_order, 2))
        self.assertLess(first.date_order, last.date_order)

    def test_only_what_is_paid_counts(self):
        order = self.sell(state="draft", payment_ids=[], amount_paid=0.0)
        self.assertEqual(self.figures()[0], 0.0)
        order.write({"state": "paid"})
        self.assertEqual(self.figures()[::2], (2.75, 1))
        open_order = self.sell(state="draft", payment_ids=[], amount_paid=0.0)
        open_order.state = "cancel"
        self.assertEqual(self.figures()[::2], (2.75, 1))

    def test_order_that_gets_another_customer_moves(self):
        order = self.sell()
        self.figures()
        order.partner_id = self.joe
        self.assertEqual(self.figures()[::2], (0.0, 0))
        self.assertEqual(self.figures(self.joe)[::2], (2.75, 1))
        order.partner_id = False
        self.assertEqual(self.figures(self.joe)[::2], (0.0, 0))

    def test_sales_of_the_web_pos_and_to_an_address_count(self):
        address = {"name": "Home", "type": "delivery", "parent_id": self.jane.id}
        address = self.env["res.partner"].create(address)
        self.sell(partner=address)
        order = self.till.sell_in_web_pos(self.session, {self.till.cake: 1})
        order.partner_id = self.jane
        self.assertEqual(self.figures()[::2], (7.15, 2))

    def test_cents_add_up_exactly(self):
        for _ in range(30):
            self.sell(amount_total=0.1, amount_paid=0.1)
        self.assertEqual(self.figures()[0], 3.0)
        self.env.cr.execute(
            "SELECT fynlo_total_spent = 3.00 FROM res_partner WHERE id = %s", [self.jane.id]
        )
        self.assertTrue(self.env.cr.fetchone()[0])

    def test_who_buys_becomes_a_customer(self):
        guest = self.env["res.partner"].create({"name": "Walk In"})
        self.assertFalse(guest.fynlo_is_customer)
        self.sell(partner=guest)
        self.assertEqual(self.figures(guest)[::2], (2.75, 1))
        self.assertTrue(guest.fynlo_is_customer)

    def test_sale_does_not_touch_the_customer(self):
        self.figures()
        self.env.cr.execute("SELECT xmin::text FROM res_partner WHERE id = %s", [self.jane.id])
        before = self.env.cr.fetchone()
        self.sell()
        self.env.flush_all()
        self.env.cr.execute("SELECT xmin::text FROM res_partner WHERE id = %s", [self.jane.id])
        self.assertEqual(self.env.cr.fetchone(), before)

    def test_same_batch_twice_changes_nothing(self):
        self.sell()
        figures = self.figures()
        for _ in range(2):
            self.env["fynlo.customer.change"]._fynlo_write_figures([self.jane.id])
        self.assertEqual(self.figures(), figures)
