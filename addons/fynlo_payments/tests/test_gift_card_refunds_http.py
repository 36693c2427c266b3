from uuid import UUID, uuid4, uuid5

from odoo.tests import tagged

from .gift_case import GiftCase


@tagged("post_install", "-at_install")
class TestGiftCardRefunds(GiftCase):
    """5.50 of which a gift card has paid 2.00, an eWallet 1.00, a bank card 1.50, cash the rest."""

    def setUp(self):
        super().setUp()
        self.boss = self.token_for(self.max, self.corner_device)
        self.tenders = (
            self.tender(100, self.cash),
            self.tender(150),
            self.by_gift(200),
            self.tender(100, self.wallet),
        )
        self.assertSuccess(self.transact(*self.tenders), 201)

    def back(self, amount=None, **extra):
        """Refund as a manager; return ``{method: minor units}`` of what was given back."""
        body = {"id": str(uuid4()), "reason": "Cold", **extra}
        body |= {"amount": amount} if amount else {"all": True}
        data = self.assertSuccess(self.post(body, self.boss, f"/orders/{self.order}/refunds"), 201)
        names = {each.fynlo_uuid: each.name for each in self.till.store.payment_method_ids}
        return {names[each["method"]["id"]]: -each["amount"] for each in data["payments"]}

    def test_they_come_first_and_get_no_more_than_they_gave(self):
        self.assertEqual(self.back(150), {"gift_card": 150})
        self.assertEqual(self.left(), 950)
        self.assertEqual(self.back(200), {"gift_card": 50, "ewallet": 100, "Card": 50})
        self.assertEqual((self.left(), self.left(self.purse)), (1000, 300))
        self.assertEqual(self.back(), {"Card": 100, "Cash": 100})
        self.assertEqual((self.left(), self.left(self.purse)), (1000, 300))
        self.assertEqual(self.moves(), [(200, 0), (0, 150), (0, 50)])
        self.assertTrue(self.session.close_session_from_ui()["successful"])
        self.assertEqual(self.shop.read_account(), 0)

    def test_the_same_refund_again_gives_nothing(self):
        body = {"id": str(uuid4()), "reason": "Cold", "amount": 120}
        path = f"/orders/{self.order}/refunds"
        first = self.assertSuccess(self.post(body, self.boss, path), 201)
        self.assertEqual(self.assertSuccess(self.post(body, self.boss, path)), first)
        self.assertEqual(self.moves(), [(200, 0), (0, 120)])

    def test_a_refund_of_the_bank_card_is_its_own(self):
        body = {"id": str(uuid4()), "reason": "Cold", "amount": 150}
        path = f"/payments/{self.tenders[1]['id']}/refunds"
        self.assertSuccess(self.post(body, self.boss, path), 201)
        self.assertEqual(self.left(), 800)
        self.assertEqual(self.back(), {"gift_card": 200, "ewallet": 100, "Cash": 100})
        self.assertEqual(self.left(), 1000)
        gift = f"/payments/{self.tenders[2]['id']}/refunds"
        self.assertFailure(
            self.post({**body, "id": str(uuid4())}, self.boss, gift), 404, "not_found"
        )

    def test_nobody_puts_other_money_on_a_card(self):
        """Not even in part: the bank is not asked for the rest before that is clear."""
        asked = len(self.peer.requests)
        named = [
            {"id": str(uuid4()), "method": method.fynlo_uuid, "amount": amount}
            for method, amount in ((self.gift, 250), (self.card, 50))
        ]
        body = {"id": str(uuid4()), "reason": "Cold", "amount": 300, "payments": named}
        answer = self.post(body, self.boss, f"/orders/{self.order}/refunds")
        envelope = self.assertFailure(answer, 422, "refund_too_large")
        self.assertEqual(envelope["details"], {"refundable": 200})
        self.assertEqual((self.left(), len(self.peer.requests)), (800, asked))

    def test_what_is_lost_is_given_back_otherwise_by_a_manager(self):
        named = [{"id": str(uuid4()), "method": self.cash.fynlo_uuid, "amount": 200}]
        body = {"id": str(uuid4()), "reason": "Lost", "amount": 200, "payments": named}
        path = f"/orders/{self.order}/refunds"
        self.assertFailure(self.post(body, path=path), 403, "approval_required")
        self.assertSuccess(self.post(body, self.boss, path), 201)
        self.assertEqual(self.left(), 800)

    def test_an_archived_card_opens_again(self):
        self.gift_card.active = False
        self.assertEqual(self.back(200), {"gift_card": 200})
        self.assertEqual((self.left(), self.gift_card.active), (1000, True))

    def test_an_expired_card_gets_it_and_stays_expired(self):
        self.gift_card.expiration_date = "2020-01-01"
        self.back(200)
        self.assertEqual((self.left(), str(self.gift_card.expiration_date)), (1000, "2020-01-01"))

    def test_a_bank_that_refuses_keeps_the_goods_sold(self):
        """Nothing is booked: the gift card gets nothing either, until it is asked for alone."""
        self.peer.fail("POST /v1/refunds$", "400")
        body = {"id": str(uuid4()), "reason": "Cold", "all": True}
        refused = self.post(body, self.boss, f"/orders/{self.order}/refunds")
        self.assertFailure(refused, 502, "gateway_refused")
        self.assertEqual((self.left(), self.left(self.purse)), (800, 200))
        self.assertEqual(self.back(300), {"gift_card": 200, "ewallet": 100})

    def test_an_open_order_gives_back_and_can_be_voided(self):
        order = self.open_order()
        self.assertSuccess(self.transact(self.by_gift(100), order=order), 201)
        void = {"id": str(uuid4()), "reason": "Left"}
        path = f"/orders/{order}/cancel"
        self.assertFailure(self.post(void, self.boss, path), 409, "order_has_payments")
        body = {"id": str(uuid4()), "reason": "Left", "all": True}
        self.assertSuccess(self.post(body, self.boss, f"/orders/{order}/refunds"), 201)
        self.assertEqual((self.left(), self.moves()), (800, [(200, 0), (100, 0), (0, 100)]))
        self.assertSuccess(self.post(void, self.boss, path))

    def test_what_a_transaction_may_give_back_is_given_by_nobody_else(self):
        """Nobody knows whether the bank card is captured: the cash could go back twice."""
        self.addCleanup(self.peer.faults.clear)
        self.peer.fail("capture$", "drop_before", times=9)
        order = self.open_order()
        tenders = self.by_gift(75), self.tender(100, self.cash), self.tender(100)
        told = self.assertSuccess(self.transact(*tenders, order=order), 201)
        self.assertEqual((told["state"], self.left()), ("processing", 725))
        body = {"id": str(uuid4()), "reason": "Left", "amount": 100}
        answer = self.post(body, self.boss, f"/orders/{order}/refunds")
        envelope = self.assertFailure(answer, 409, "payment_busy")
        self.assertEqual(envelope["details"], {"transactionId": self.sent["id"]})
        self.assertEqual((self.left(), self.read_order(order)["amountDue"]), (725, 100))

    def test_two_cards_get_what_each_gave_in_their_order(self):
        order = self.open_order()
        other = self.shop.make_card(1.0)
        pays = self.by_gift(100, other), self.by_gift(175)
        self.assertSuccess(self.transact(*pays, order=order), 201)
        self.order = order
        self.assertEqual(self.back(150), {"gift_card": 150})
        self.assertEqual((self.left(other), self.left()), (100, 675))
        self.assertEqual(self.back(), {"gift_card": 125})
        self.assertEqual((self.left(other), self.left()), (100, 800))

    def test_the_history_names_what_it_paid(self):
        self.back(120)
        first, second = self.gift_card.history_ids.sorted("id")
        tender = self.env["fynlo.payment.tender"].search(
            [("fynlo_uuid", "=", self.tenders[2]["id"])]
        )
        self.assertEqual((first.order_model, first.order_id), (tender._name, tender.id))
        payment = self.env["pos.payment"].browse(second.order_id)
        self.assertEqual((second.order_model, payment.amount), ("pos.payment", -1.2))
        self.assertIn(self.till.store.name, first.description)
        self.assertEqual(tender.card_masked, f"\u2026{self.gift_card.code[-4:]}")
        self.assertNotEqual(payment.uuid, str(uuid5(UUID(tender.fynlo_uuid), "given back")))
