from unittest.mock import patch

from odoo.tests import tagged

from .test_stock_posting import StockCase


@tagged("post_install", "-at_install")
class TestForgedContext(StockCase):
    """A web client sends any JSON as context; it switches off none of our own steps."""

    def test_a_closing_leaves_no_order_out_of_the_books(self):
        order = self.till.sell(self.session, {self.coffee: 1})
        self.post()
        session = self.session.with_context(fynlo_without_posted_stock=True)
        self.assertEqual(session._get_closed_orders().ids, order.ids)

    def test_a_new_order_holds_its_session(self):
        orders = self.env["pos.order"].with_context(fynlo_session_held=True)
        with patch.object(type(self.session), "_fynlo_hold_open") as hold:
            orders.create(self.till.order_vals(self.session, {self.coffee: 1}))
        hold.assert_called_once_with()

    def test_an_order_that_is_not_there_does_not_exist(self):
        orders = self.env["pos.order"].with_context(fynlo_creating_order=True)
        self.assertFalse(orders.browse(10**9).exists())
