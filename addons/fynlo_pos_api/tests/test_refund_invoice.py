"""Refunds of invoiced sales: credit notes, to the cent, up to the entries of the closed session."""

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .test_refund_books import RefundBooksCase


@tagged("post_install", "-at_install")
class TestRefundInvoice(RefundBooksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls.env["res.partner"].create({"name": "Guest O'Brien"})

    def sell_on_invoice(self, goods, method, amount):
        order = self.sell(goods, method, amount, customerId=self.guest.fynlo_uuid)
        order.with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertEqual(order.account_move.payment_state, "paid")
        return order

    def assertCredited(self, refund, order, amount):
        note = refund.account_move
        self.assertEqual(refund.state, "done")
        self.assertEqual((note.move_type, note.state), ("out_refund", "posted"))
        self.assertEqual(note.reversed_entry_id, order.account_move)
        self.assertEqual((note.amount_total, note.amount_residual), (amount, 0))
        self.assertEqual(note.partner_id, self.guest)
        self.assertFalse(note.line_ids.filtered("date_maturity").filtered("amount_residual"))
        return note

    def assertEntriesBalance(self):
        """Close the session: what was sold is gone from income, taxes and receivables."""
        self.env.flush_all()
        self.env.invalidate_all()
        moves = self.session.order_ids.account_move
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "closed")
        lines = (moves | self.session._get_related_account_moves()).line_ids
        for kind in ("income", "liability_current", "asset_receivable"):
            part = lines.filtered_domain([("account_id.account_type", "=", kind)])
            self.assertTrue(part)
            self.assertEqual(round(sum(part.mapped("balance")), 2), 0, kind)
            if kind == "asset_receivable":
                self.assertFalse(part.filtered(lambda line: not line.reconciled))

    def test_goods_an_amount_and_the_rest_come_back_as_credit_notes(self):
        goods = [(self.till.coffee, 3, {"discountPercent": 7}), (self.till.cake, 1, {})]
        order = self.sell_on_invoice(goods, self.till.card, 1208)
        lines = [{"lineId": order.lines[0].uuid, "quantity": 1}]
        self.assertCredited(self.refund(order, lines=lines), order, 2.56)
        note = self.assertCredited(self.refund(order, amount=333), order, 3.33)
        self.assertEqual((note.amount_untaxed, note.amount_tax), (3.03, 0.3))
        rest = self.refund(order, all=True)
        self.assertCredited(rest, order, 6.19)
        notes = order._fynlo_refund_orders().account_move
        self.assertEqual(round(sum(notes.mapped("amount_tax")), 2), order.account_move.amount_tax)
        self.assertEntriesBalance()

    def test_coins_come_back_on_a_credit_note(self):
        goods = [(self.till.coffee, 3, {"discountPercent": 7}), (self.till.cake, 1, {})]
        order = self.sell_on_invoice(goods, self.till.cash, 1210)
        self.assertEqual(order.account_move.amount_total, 12.1)
        notes = [self.refund(order, amount=333), self.refund(order, all=True)]
        totals = [refund.account_move.amount_total for refund in notes]
        self.assertEqual(totals, [-refund.amount_paid for refund in notes])
        self.assertEqual(sum(totals), 12.1)
        for refund, total in zip(notes, totals, strict=True):
            self.assertCredited(refund, order, total)
        self.assertEntriesBalance()

    def test_the_charge_to_an_account_is_settled_with_the_invoice(self):
        account = self.env["pos.payment.method"].create({"name": "On account"})
        self.session.state = "closed"  # the store's methods do not change during a session
        self.till.store.payment_method_ids = [Command.link(account.id)]
        self.session.state = "opened"
        sale = {self.till.coffee: 2}
        order = self.till.sell(self.session, sale, account, partner_id=self.guest.id)
        order.with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertEqual(order.account_move.amount_residual, 5.5)
        note = self.assertCredited(self.refund(order, amount=200), order, 2.0)
        self.assertEqual(order.account_move.amount_residual, 3.5)
        self.assertFalse(note.payment_ids)
        self.assertCredited(self.refund(order, all=True), order, 3.5)
        self.assertEqual(order.account_move.payment_state, "reversed")
        self.assertEntriesBalance()

    def test_a_sale_of_an_earlier_session_is_credited_in_this_one(self):
        order = self.sell([(self.till.cake, 1, {})], self.till.card, 440)
        self.session.action_pos_session_closing_control()
        order = order.with_env(self.env)
        order.partner_id = self.guest
        order.with_context(generate_pdf=False).action_pos_order_invoice()
        self.session = self.till.open(cash=0)
        self.env.flush_all()
        self.assertCredited(self.refund(order, all=True), order, 4.4)
        self.session.action_pos_session_closing_control()
        lines = (order.account_move | order._fynlo_refund_orders().account_move).line_ids
        self.assertEqual(sum(lines.mapped("balance")), 0)
        self.assertFalse(sum(lines.mapped("amount_residual")))

    def test_credited_on_odoos_own_way_from_step_to_step(self):
        order = self.sell_on_invoice([(self.till.cake, 1, {})], self.till.card, 440)
        orders = type(self.env["pos.order"])
        with patch.object(orders, "_fynlo_refund_overrides", ["other.step"], create=True):
            refund = self.refund(order, all=True)
        self.assertCredited(refund, order, 4.4)
        self.assertEntriesBalance()

    def test_goods_of_a_credited_sale_are_scrapped_where_the_invoice_books_costs(self):
        self.env.company.anglo_saxon_accounting = True
        order = self.sell_on_invoice([(self.till.cake, 2, {})], self.till.card, 880)
        self.assertEqual(self.till.on_hand(self.till.cake), 98)
        lines = [{"lineId": order.lines.uuid, "quantity": 1, "restock": False}]
        refund = self.refund(order, lines=lines)
        self.assertCredited(refund, order, 4.4)
        self.assertEqual(self.till.on_hand(self.till.cake), 98)
        self.refund(order, all=True)
        self.assertEqual(self.till.on_hand(self.till.cake), 99)
        scrap = self.env["stock.scrap"].search([("product_id", "=", self.till.cake.id)])
        self.assertEqual((scrap.scrap_qty, scrap.state), (1.0, "done"))

    def test_scrapped_goods_stay_scrapped_when_the_refund_is_invoiced_later(self):
        self.env.company.anglo_saxon_accounting = True
        sale = [(self.till.cake, 2, {})]
        order = self.sell(sale, self.till.card, 880, customerId=self.guest.fynlo_uuid)
        before = self.till.on_hand(self.till.cake)
        lines = [{"lineId": order.lines.uuid, "quantity": 1, "restock": False}]
        refund = self.refund(order, lines=lines)
        refund.partner_id = self.guest
        refund.with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertEqual(self.till.on_hand(self.till.cake), before)
        self.session._fynlo_post_stock()
        scrap = self.env["stock.scrap"].search([("product_id", "=", self.till.cake.id)])
        self.assertEqual((scrap.scrap_qty, scrap.state), (1.0, "done"))

    def test_a_store_that_lost_its_invoice_journal_credits_in_the_invoices_own(self):
        order = self.sell_on_invoice([(self.till.cake, 1, {})], self.till.card, 440)
        journal = order.account_move.journal_id
        self.session.state = "closed"  # Odoo locks it during a session
        self.till.store.invoice_journal_id = False
        self.session.state = "opened"
        note = self.assertCredited(self.refund(order, all=True), order, 4.4)
        self.assertEqual(note.journal_id, journal)

    def test_a_sale_without_an_invoice_gets_no_credit_note(self):
        order = self.sell([(self.till.cake, 1, {})], self.till.card, 440)
        refund = self.refund(order, all=True)
        self.assertEqual((refund.state, refund.to_invoice), ("paid", False))
        self.assertFalse(refund.account_move)
