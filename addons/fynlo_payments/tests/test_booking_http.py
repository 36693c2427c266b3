from uuid import uuid4

from odoo.addons.fynlo_pos_api.tests.common import minutes_ago
from odoo.tests import tagged

from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestBooking(PaymentCase):
    """What a gateway has taken gets into the books; what it has not taken does not."""

    def balance(self):
        return self.peer.objects.balance().get("usd", 0)

    def two_coffees(self):
        return self.open_order(lines=[self.line(self.coffee, 2)])

    def by_hand(self, order, method, amount, **extra):
        return self.post(self.payment(method, amount, **extra), path=f"/orders/{order}/payments")

    def payment_of(self, body):
        self.env.invalidate_all()
        return self.env["payment.transaction"].search([("fynlo_uuid", "=", body["id"])])

    # --- Ids

    def test_an_id_of_a_payment_by_hand_is_no_intents(self):
        order, before = self.two_coffees(), self.balance()
        cash = self.payment(self.cash, 200)
        self.assertSuccess(self.post(cash, path=f"/orders/{order}/payments"), 201)
        body = {**self.intent(order, 100), "id": cash["id"]}
        self.assertFailure(self.pay(body), 409, "idempotency_conflict")
        tender = {"id": cash["id"], "method": self.card.fynlo_uuid, "amount": 100}
        tender |= {"channel": "online", "paymentMethod": "pm_card_visa"}
        split = {"id": str(uuid4()), "orderId": order, "tenders": [tender]}
        refused = self.post(split, path="/payments/transactions")
        self.assertFailure(refused, 409, "idempotency_conflict")
        self.assertEqual(self.balance(), before)

    def test_an_intents_id_is_no_payments_by_hand(self):
        order = self.two_coffees()
        held = self.intent(order, captureMethod="manual")
        self.assertSuccess(self.pay(held), 201)
        cash = {**self.payment(self.cash, 275), "id": held["id"]}
        refused = self.post(cash, path=f"/orders/{order}/payments")
        self.assertFailure(refused, 409, "idempotency_conflict")
        self.assertRefused(self.body(payments=[cash]), 409, "idempotency_conflict")
        self.assertSuccess(self.step(held["id"], "capture"))

    def test_what_was_charged_under_a_taken_id_is_booked(self):
        order = self.two_coffees()
        held = self.intent(order, captureMethod="manual")
        self.assertSuccess(self.pay(held), 201)
        other = self.open_order()
        self.assertSuccess(self.by_hand(other, self.cash, 100), 201)
        self.env.cr.execute(
            "UPDATE pos_payment SET uuid = %s FROM pos_order WHERE pos_order.uuid = %s"
            " AND pos_order.id = pos_payment.pos_order_id",
            [held["id"], other],
        )
        self.env.invalidate_all()
        view = self.assertSuccess(self.step(held["id"], "capture"))
        self.assertEqual((view["booked"], view["bookingError"]), (True, None))
        [booked] = self.read_order(order)["payments"]
        self.assertEqual((booked["amount"], booked["id"] == held["id"]), (275, False))

    # --- By hand

    def test_a_gateways_method_is_not_paid_by_hand(self):
        order, asked = self.two_coffees(), len(self.peer.requests)
        refused = self.by_hand(order, self.card, 275)
        self.assertFailure(refused, 422, "invalid_fields", {"method": "needs_gateway"})
        paid = self.body(payments=[self.payment(self.card, 275)])
        self.assertRefused(paid, 422, "invalid_fields", {"payments.0.method": "needs_gateway"})
        self.assertEqual(len(self.peer.requests), asked)
        self.provider.state = "disabled"  # the till's reader stands by itself now
        self.assertSuccess(self.by_hand(order, self.card, 275), 201)

    def test_what_was_charged_offline_is_booked(self):
        """The reader stood alone then: refusing the sale would lose it."""
        paid = self.body(payments=[self.payment(self.card, 275)], occurredAt=minutes_ago(60))
        self.assertEqual(self.assertSuccess(self.post(paid), 201)["state"], "completed")

    def test_a_method_that_left_the_store_is_booked(self):
        body = self.intent(self.open_order(), captureMethod="manual")
        self.assertSuccess(self.pay(body), 201)
        self.env.cr.execute(
            "DELETE FROM pos_config_pos_payment_method_rel WHERE pos_payment_method_id = %s",
            [self.card.id],
        )
        self.env.cr.execute(
            "UPDATE pos_payment_method SET active = false WHERE id = %s", [self.card.id]
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        view = self.assertSuccess(self.step(body["id"], "capture"))
        self.assertEqual((view["booked"], view["bookingError"]), (True, None))

    # --- Orders

    def test_a_merged_order_brings_its_payments(self):
        source, target = self.two_coffees(), self.open_order()
        body = self.intent(source)
        self.assertSuccess(self.pay(body), 201)
        merge = {"id": str(uuid4()), "orderIds": [source]}
        self.assertSuccess(self.post(merge, path=f"/orders/{target}/merge"))
        payment = self.payment_of(body)
        self.assertEqual(payment.fynlo_order_id.uuid, target)
        booked = self.env["pos.payment"].search([("uuid", "=", body["id"])])
        self.assertEqual(booked.pos_order_id, payment.fynlo_order_id)

    def test_a_share_that_is_held_for_outlives_another_split(self):
        order = self.two_coffees()
        parts = {"id": str(uuid4()), "parts": 2}
        path = f"/orders/{order}/split"
        first, _ = self.assertSuccess(self.post(parts, path=path))["order"]["shares"]
        held = self.intent(order, share=first["id"], captureMethod="manual")
        self.assertSuccess(self.pay(held), 201)
        split = self.assertSuccess(self.post({**parts, "id": str(uuid4())}, path=path))
        amounts = [each["amount"] for each in split["order"]["shares"]]
        self.assertEqual(sorted(amounts), [137, 138, 275])
        self.assertSuccess(self.step(held["id"], "capture"))
        booked = self.env["pos.payment"].search([("uuid", "=", held["id"])])
        self.assertEqual(booked.fynlo_share_id.fynlo_uuid, first["id"])

    # --- What the till is told

    def test_too_late_for_what_the_guest_has_paid(self):
        for step, status in (("cancel", 409), ("confirm", 200)):
            with self.subTest(step):
                body = self.intent(self.open_order(), method=None)
                self.assertSuccess(self.pay(body), 201)
                ref = self.payment_of(body).provider_reference
                self.peer.objects.confirm_intent(ref, {"payment_method": "pm_card_visa"})
                answer = self.step(body["id"], step)
                if status == 200:
                    self.assertEqual(self.assertSuccess(answer)["state"], "succeeded")
                else:
                    envelope = self.assertFailure(answer, status, "payment_state")
                    self.assertEqual(envelope["details"], {"state": "succeeded"})
                self.assertTrue(self.payment_of(body).fynlo_booked_at)

    def test_a_refused_confirmation_leaves_the_guest_his_secret(self):
        body = self.intent(self.open_order(), method="pm_card_threeDSecure2Required")
        before = self.assertSuccess(self.pay(body), 201)
        self.peer.fail("confirm", "400")
        self.step(body["id"], "confirm", paymentMethod="pm_card_visa")
        self.peer.faults.clear()
        after = self.assertSuccess(self.api("GET", f"/payments/{body['id']}", token=self.token))
        self.assertTrue(before["clientSecret"])
        self.assertEqual(after, before)

    def test_ids_that_end_alike_pay_twice(self):
        order = self.two_coffees()
        first = self.intent(order, 100)
        second = {**self.intent(order, 100), "id": str(uuid4())[:-12] + first["id"][-12:]}
        self.assertSuccess(self.pay(first), 201)
        self.assertSuccess(self.pay(second), 201)

    def test_a_payment_of_thirty_million(self):
        order = self.open_order()
        self.env["pos.order"].search([("uuid", "=", order)]).amount_total = 30_000_000
        body = self.intent(order, 2_999_999_999)
        view = self.assertSuccess(self.pay(body), 201)
        self.assertEqual((view["captured"], view["amount"]), (2_999_999_999, 2_999_999_999))
        self.assertEqual(self.payment_of(body).fynlo_captured_minor, 2_999_999_999)
