from datetime import datetime, timezone
from uuid import uuid4

from odoo.addons.fynlo_pos_api.tests.common import minutes_ago
from odoo.tests import tagged

from .books import BooksCase
from .gift_case import GiftCase


@tagged("post_install", "-at_install")
class TestGiftCardBooks(GiftCase, BooksCase):
    """What cards have moved, what orders were paid with, what journals say: the same."""

    def setUp(self):
        super().setUp()
        self.peer.books.hidden |= {row["source"]["id"] for row in self.peer.books.transactions()}
        self.company.partner_id.tz = "UTC"
        self.boss = self.token_for(self.max, self.corner_device)

    def moved(self):
        """Return what the cards of this store have paid by their history, in minor units."""
        programs = (self.gift | self.wallet).fynlo_program_id
        lines = self.env["loyalty.history"].search([("card_id.program_id", "in", programs.ids)])
        return round(sum(line.used - line.issued for line in lines) * 100)

    def booked(self):
        """Return what payments by these methods say, in minor units."""
        methods = (self.gift | self.wallet).ids
        payments = self.env["pos.payment"].search([("payment_method_id", "in", methods)])
        return round(sum(payments.mapped("amount")) * 100)

    def test_a_day_adds_up(self):
        pays = self.by_gift(200), self.tender(100, self.wallet), self.tender(250)
        self.assertSuccess(self.transact(*pays), 201)
        declined = self.tender(100, paymentMethod="pm_card_chargeDeclined")
        lost = self.transact(self.by_gift(175), declined, order=self.open_order())
        self.assertFailure(lost, 402, "card_declined")
        void, path = {"id": str(uuid4()), "reason": "Left"}, self.sent["orderId"]
        self.assertSuccess(self.post(void, self.boss, f"/orders/{path}/cancel"))
        body = {"id": str(uuid4()), "reason": "Cold", "amount": 260}
        self.assertSuccess(self.post(body, self.boss, f"/orders/{self.order}/refunds"), 201)
        self.env.invalidate_all()
        self.assertEqual((self.moved(), self.booked()), (40, 40))
        self.assertTrue(self.session.close_session_from_ui()["successful"])
        self.assertEqual(self.shop.read_account(), -40)
        today = datetime.now(timezone.utc).date()
        self.env["fynlo.payment.reconciler"]._fynlo_run_day(self.provider, today)
        day = self.env["fynlo.payment.reconciliation"].search(
            [("provider_id", "=", self.provider.id), ("date", "=", today)]
        )
        self.assertEqual((day.state, day.booked, day.journal), ("balanced", 2.5, 2.5))

    def test_a_merged_order_gives_back_to_the_card(self):
        target = self.open_order()
        self.assertSuccess(self.transact(self.by_gift(300)), 201)
        merge = {"id": str(uuid4()), "orderIds": [self.order]}
        self.assertSuccess(self.post(merge, path=f"/orders/{target}/merge"))
        self.assertSuccess(self.transact(self.tender(525, self.cash), order=target), 201)
        body = {"id": str(uuid4()), "reason": "Cold", "all": True}
        self.assertSuccess(self.post(body, self.boss, f"/orders/{target}/refunds"), 201)
        self.assertEqual((self.left(), self.moved(), self.booked()), (1000, 0, 0))

    def test_no_till_takes_it_offline(self):
        """Nobody knew what was on the card: the sale stays open, and is paid online."""
        paid = self.body(payments=[self.payment(self.gift, 275)], occurredAt=minutes_ago(60))
        self.assertRefused(paid, 422, "invalid_fields", {"payments.0.method": "needs_gateway"})

    def test_an_invoiced_sale_that_comes_back_leaves_nothing_open(self):
        self.assertSuccess(self.transact(self.by_gift(550)), 201)
        order = self.env["pos.order"].search([("uuid", "=", self.order)])
        order.sudo().action_pos_order_invoice()
        body = {"id": str(uuid4()), "reason": "Cold", "all": True}
        self.assertSuccess(self.post(body, self.boss, f"/orders/{self.order}/refunds"), 201)
        self.assertEqual(self.left(), 1000)
        self.assertTrue(self.session.close_session_from_ui()["successful"])
        self.assertEqual((self.shop.read_account(), self.moved()), (0, 0))
