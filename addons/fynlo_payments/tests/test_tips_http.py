from uuid import uuid4

from odoo.tests import tagged

from ..engine.outcome import Outcome
from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestTips(PaymentCase):
    """A coffee (2.75) and what the guest gives on top."""

    def setUp(self):
        super().setUp()
        self.till.store.iface_tipproduct = True
        self.before = self.peer.objects.balance().get("usd", 0)
        self.order = self.open_order()

    def taken(self):
        return self.peer.objects.balance().get("usd", 0) - self.before

    def told(self):
        order = self.read_order(self.order)
        return order["tip"], order["total"], order["paymentState"]

    def test_a_tip_with_the_payment(self):
        body = self.intent(self.order, tip=50)
        data = self.assertSuccess(self.pay(body), 201)
        facts = data["amount"], data["tip"], data["captured"], data["booked"]
        self.assertEqual(facts, (275, 50, 325, True))
        self.assertEqual((self.told(), self.taken()), ((50, 325, "paid"), 325))
        self.assertEqual(self.assertSuccess(self.pay(body), 201), data)
        self.assertEqual(self.taken(), 325)

    def test_a_tip_counts_for_nothing_before_it_is_taken(self):
        body = self.intent(self.order, amount=200, tip=50, captureMethod="manual")
        self.assertSuccess(self.pay(body), 201)
        self.assertEqual(self.told(), (0, 275, "unpaid"))
        much = self.assertFailure(self.pay(self.intent(self.order, 76)), 422, "amount_too_large")
        self.assertEqual(much["details"], {"due": 75})
        self.assertSuccess(self.pay(self.intent(self.order, 75, tip=10)), 201)
        self.assertEqual(self.told(), (10, 285, "partial"))
        self.assertSuccess(self.step(body["id"], "capture"))
        self.assertEqual((self.told(), self.taken()), ((60, 335, "paid"), 335))

    def test_more_than_was_authorised_if_the_gateway_lets(self):
        body = self.intent(self.order, captureMethod="manual")
        data = self.assertSuccess(self.pay(body), 201)
        self.assertEqual(data["maximumCapture"], 330)
        much = self.assertFailure(self.step(body["id"], "capture", tip=56), 422, "amount_too_large")
        self.assertEqual(much["details"], {"due": 275, "maximumTip": 55})
        much = self.step(body["id"], "capture", amount=276)
        self.assertFailure(much, 422, "amount_too_large")
        data = self.assertSuccess(self.step(body["id"], "capture", tip=55))
        self.assertEqual((data["captured"], data["tip"], data["booked"]), (330, 55, True))
        self.assertEqual((self.told(), self.taken()), ((55, 330, "paid"), 330))
        self.assertTrue(self.look(body))  # it is this payment that the gateway tells of
        self.assertFalse(self.look(body, received=331))

    def look(self, body, **strange):
        """Tell whether what the gateway tells of a payment now is believed."""
        payment = self.env["payment.transaction"].search([("fynlo_uuid", "=", body["id"])])
        told = payment.provider_id._fynlo_gateway().read_intent(payment.provider_reference)
        told = Outcome("answered", {**told.values, **strange})
        return payment._fynlo_settle(told, payment.fynlo_change_count)

    def test_a_reader_lets_take_no_more(self):
        held = self.intent(self.order, captureMethod="manual", channel="card_present")
        data = self.assertSuccess(self.pay(held), 201)
        self.assertEqual(data["maximumCapture"], 275)
        much = self.step(held["id"], "capture", tip=1)
        self.assertFailure(much, 422, "amount_too_large")
        data = self.assertSuccess(self.step(held["id"], "capture", amount=250, tip=25))
        self.assertEqual((data["captured"], self.told()), (275, (25, 300, "partial")))

    def test_far_more_than_guests_give_wants_a_supervisor(self):
        asked = len(self.peer.requests)
        slips = [self.pay(self.intent(self.order, tip=138))]
        split = {"id": str(uuid4()), "method": self.card.fynlo_uuid, "channel": "online"}
        split |= {"amount": 200, "tip": 138, "paymentMethod": "pm_card_visa"}
        body = {"id": str(uuid4()), "orderId": self.order, "tenders": [split]}
        slips.append(self.post(body, path="/payments/transactions"))
        for slip in slips:
            envelope = self.assertFailure(slip, 403, "approval_required")
            self.assertEqual(envelope["details"], {"role": "supervisor", "limit": 137})
        self.assertEqual(len(self.peer.requests), asked)
        held = self.intent(self.order, captureMethod="manual", tip=137)
        self.assertSuccess(self.pay(held), 201)
        slip = self.step(held["id"], "capture", amount=100, tip=312)
        self.assertFailure(slip, 403, "approval_required")
        sue = self.token_for(self.sue, self.corner_device)
        body = {"id": str(uuid4()), "amount": 100, "tip": 312}
        data = self.post(body, sue, f"/payments/intents/{held['id']}/capture")
        self.assertEqual(self.assertSuccess(data)["captured"], 412)
        self.assertEqual((self.told(), self.taken()), ((312, 587, "partial"), 412))

    def test_tips_of_several_held_cards_count_together(self):
        first = self.intent(self.order, amount=100, captureMethod="manual", tip=100)
        self.assertSuccess(self.pay(first), 201)
        slip = self.pay(self.intent(self.order, amount=100, captureMethod="manual", tip=38))
        details = self.assertFailure(slip, 403, "approval_required")["details"]
        self.assertEqual(details, {"role": "supervisor", "limit": 137})
        second = self.intent(self.order, amount=100, captureMethod="manual", tip=37)
        self.assertSuccess(self.pay(second), 201)
        slip = self.step(second["id"], "capture", amount=99, tip=38)
        self.assertFailure(slip, 403, "approval_required")
        self.assertSuccess(self.step(first["id"], "cancel"))
        self.assertSuccess(self.step(second["id"], "capture", amount=10, tip=127))
        self.assertEqual(self.told(), (127, 402, "partial"))

    def test_no_tips(self):
        self.till.store.tip_product_id = False
        asked = len(self.peer.requests)
        self.assertFailure(self.pay(self.intent(self.order, tip=1)), 422, "invalid_fields", ["tip"])
        self.assertEqual(len(self.peer.requests), asked)

    def test_payments_of_an_order(self):
        held = self.intent(self.order, amount=200, captureMethod="manual")
        self.assertSuccess(self.pay(held), 201)
        declined = self.intent(self.order, amount=75, method="pm_card_chargeDeclined")
        self.assertFailure(self.pay(declined), 402, "card_declined")
        for query, wanted in (("", [held, declined]), ("&held=true", [held])):
            path = f"/payments?orderId={self.order}{query}"
            page = self.assertSuccess(self.api("GET", path, token=self.token))
            self.assertEqual(
                [each["id"] for each in page["payments"]], [each["id"] for each in wanted]
            )
            self.assertEqual(page["total"], len(wanted))
        for query in (f"?orderId={held['id']}", "", "?orderId=x"):
            reply = self.api("GET", f"/payments{query}", token=self.token)
            self.assertFailure(reply, 422, "invalid_fields", ["orderId"])
