"""Suspicious cards among several tenders."""

from uuid import uuid4

from odoo.tests import tagged

from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestFraudSplit(PaymentCase):
    def setUp(self):
        super().setUp()
        self.policy.is_on = True
        self.peer.objects.risk.clear()
        self.order = self.open_order(lines=[self.line(self.coffee, 2)])

    def transact(self):
        def tender(**extra):
            return {"id": str(uuid4()), "amount": 275, "method": self.card.fynlo_uuid,
                    "channel": "online", "paymentMethod": "pm_card_visa", **extra}  # fmt: skip

        body = {"id": str(uuid4()), "orderId": self.order}
        body["tenders"] = [tender(), tender(paymentMethod="pm_card_mastercard")]
        return self.post(body, path="/payments/transactions")

    def intents(self):
        intents = self.peer.objects.list("payment_intent")
        return [(each["status"], each["amount_received"]) for each in intents]

    def checks(self):
        order = self.env["pos.order"].search([("uuid", "=", self.order)])
        self.env.invalidate_all()
        return self.env["fynlo.fraud.check"].search([("order_id", "=", order.id)])

    def test_a_denied_card_gives_all_up_before_anything_is_taken(self):
        known = len(self.intents())
        self.peer.objects.risk.update(risk_level="highest")
        envelope = self.assertFailure(self.transact(), 409, "transaction_canceled")
        self.assertEqual(envelope["details"]["reason"], "payment_denied")
        self.assertEqual(self.intents()[: len(self.intents()) - known], [("canceled", 0)])
        self.assertEqual(self.checks().mapped("decision"), ["deny"])
        self.assertEqual(self.read_order(self.order)["paymentState"], "unpaid")

    def test_what_is_denied_beforehand_is_asked_of_nobody(self):
        rule = self.policy.rule_ids.filtered(lambda each: each.kind == "device_velocity")
        rule.write({"limit": 0, "points": 100})
        asked = len(self.peer.requests)
        envelope = self.assertFailure(self.transact(), 409, "transaction_canceled")
        self.assertEqual(envelope["details"]["reason"], "payment_denied")
        self.assertEqual(len(self.peer.requests), asked)

    def test_a_review_holds_nothing(self):
        self.peer.objects.risk.update(risk_level="elevated")
        data = self.assertSuccess(self.transact(), 201)
        self.assertEqual(data["state"], "succeeded")
        self.assertEqual(self.checks().mapped("review_state"), ["open", "open"])
        self.assertEqual(self.read_order(self.order)["paymentState"], "paid")
