from odoo.tests import tagged

from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestIntents(PaymentCase):
    def test_a_card_pays_an_order(self):
        order = self.open_order()
        body = self.intent(order)
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual(
            (data["state"], data["captured"], data["booked"]), ("succeeded", 275, True)
        )
        told = self.read_order(order)
        self.assertEqual((told["state"], told["paymentState"]), ("completed", "paid"))
        self.assertEqual([each["amount"] for each in told["payments"]], [275])
        self.assertEqual(self.peer.objects.balance()["usd"], 275)

    def test_the_same_id_again_charges_nothing_more(self):
        before = self.peer.objects.balance().get("usd", 0)
        body = self.intent(self.open_order())
        first = self.assertSuccess(self.pay(body), 201)
        again = self.assertSuccess(self.pay(body), 201)
        self.assertEqual(first, again)
        self.assertEqual(self.peer.objects.balance()["usd"] - before, 275)
        self.assertFailure(self.pay({**body, "amount": 100}), 409, "idempotency_conflict")

    def test_a_declined_card_leaves_the_order_open(self):
        order = self.open_order()
        body = self.intent(order, method="pm_card_chargeDeclinedInsufficientFunds")
        envelope = self.assertFailure(self.pay(body), 402, "card_declined")
        self.assertEqual(envelope["details"]["declineCode"], "insufficient_funds")
        self.assertEqual(self.read_order(order)["paymentState"], "unpaid")
        data = self.assertSuccess(self.step(body["id"], "confirm", paymentMethod="pm_card_visa"))
        self.assertEqual((data["state"], data["booked"]), ("succeeded", True))

    def test_authorised_then_captured_in_part(self):
        order = self.open_order()
        body = self.intent(order, captureMethod="manual")
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual((data["state"], data["booked"]), ("authorized", False))
        self.assertEqual(self.read_order(order)["amountPaid"], 0)
        data = self.assertSuccess(self.step(body["id"], "capture", amount=200))
        self.assertEqual(
            (data["state"], data["captured"], data["booked"]), ("succeeded", 200, True)
        )
        self.assertEqual(self.read_order(order)["amountDue"], 75)

    def test_authorised_then_let_go(self):
        body = self.intent(self.open_order(), captureMethod="manual")
        self.assertSuccess(self.pay(body), 201)
        data = self.assertSuccess(self.step(body["id"], "cancel"))
        self.assertEqual(data["state"], "canceled")
        self.assertFailure(self.step(body["id"], "capture"), 409, "payment_state")

    def test_more_than_is_owed_is_refused_before_anything_is_asked(self):
        order, asked = self.open_order(), len(self.peer.requests)
        self.assertFailure(self.pay(self.intent(order, amount=276)), 422, "amount_too_large")
        first = self.intent(order, amount=200, captureMethod="manual")
        self.assertSuccess(self.pay(first), 201)
        second = self.assertFailure(
            self.pay(self.intent(order, amount=100)), 422, "amount_too_large"
        )
        self.assertEqual(second["details"], {"due": 75})
        self.assertEqual(len(self.peer.requests), asked + 1)

    def test_a_lost_answer_is_found_by_asking_again(self):
        order = self.open_order()
        before = self.peer.objects.balance().get("usd", 0)
        self.peer.fail("POST /v1/payment_intents$", "drop_after", times=3)
        body = self.intent(order)
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual((data["state"], data["booked"]), ("unknown", False))
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual((data["state"], data["booked"]), ("succeeded", True))
        self.assertEqual(self.peer.objects.balance()["usd"] - before, 275)

    def test_without_a_gateway_no_intents(self):
        self.env.cr.execute("UPDATE pos_payment_method SET fynlo_provider_id = NULL")
        self.env.invalidate_all()
        reply = self.pay(self.intent(self.open_order()))
        self.assertFailure(reply, 422, "payments_not_configured")
