import json
import time
from uuid import uuid4

from odoo.tests import HttpCase, tagged

from .peers.stripe_events import sign

SECRET = "whsec_shop"


@tagged("post_install", "-at_install")
class TestShopWebhook(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Other tests' providers, which are off, have the same secret.
        others = cls.env["payment.provider"].search([("code", "=", "stripe")])
        others.stripe_webhook_secret = False
        cls.provider = cls.env.ref("payment.payment_provider_stripe").copy({"name": "Shop"})
        cls.provider.write(
            {"stripe_secret_key": "sk_test_peer", "stripe_publishable_key": "pk_test_peer",
             "stripe_webhook_secret": SECRET, "state": "test"}
        )  # fmt: skip
        cls.payment = cls.env["payment.transaction"].create({
            "provider_id": cls.provider.id, "reference": f"WH-{uuid4().hex[:8]}", "amount": 10.0,
            "payment_method_id": cls.env.ref("payment.payment_method_card").id,
            "currency_id": cls.env.ref("base.USD").id,
            "partner_id": cls.env.company.partner_id.id,
        })  # fmt: skip

    def event(self):
        """Return what somebody would send who wants goods for nothing."""
        intent = {
            "id": "pi_forged", "object": "payment_intent", "status": "succeeded", "amount": 1000,
            "currency": "usd", "description": self.payment.reference, "metadata": {},
        }  # fmt: skip
        return {"id": f"evt_{uuid4().hex}", "type": "payment_intent.succeeded",
                "data": {"object": intent}}  # fmt: skip

    def send(self, event=None, secrets=(SECRET,), at=None, signature=None, payload=None):
        """Post an event and return ``(status, rows of the inbox)``."""
        event = event or self.event()
        payload = json.dumps(event) if payload is None else payload
        headers = {"Content-Type": "application/json"}
        if signature is None:
            signature = sign(payload, secrets, at)
        if signature:
            headers["Stripe-Signature"] = signature
        answer = self.url_open("/payment/stripe/webhook", data=payload, headers=headers)
        domain = [("event_id", "=", event["id"])]
        return answer.status_code, self.env["fynlo.payment.event"].search_count(domain)

    def test_what_is_signed_is_written_down_and_applied_later(self):
        event = self.event()
        self.assertEqual(self.send(event), (200, 1))
        self.assertEqual(self.send(event), (200, 1))
        self.assertEqual(self.payment.state, "draft")

    def test_a_secret_that_rolls_signs_twice(self):
        self.assertEqual(self.send(secrets=(SECRET, "whsec_new")), (200, 1))
        self.assertEqual(self.send(secrets=("whsec_old", SECRET)), (200, 1))

    def test_what_is_not_signed_is_refused(self):
        now = int(time.time())
        forged = (
            {"signature": ""},
            {"signature": "v1=é,t=ü"},
            {"signature": f"t={now},v1=éé"},
            {"signature": f"t={now}"},
            {"signature": "t=soon,v1=0"},
            {"signature": ",,=,t=,v1="},
            {"secrets": ("whsec_guessed",)},
            {"at": now - 301},
            {"at": now + 330},
        )
        for wrong in forged:
            with self.subTest(str(wrong)[:60]):
                self.assertEqual(self.send(**wrong), (400, 0))
        self.assertEqual(self.payment.state, "draft")

    def test_without_a_secret_nothing_is_believed(self):
        self.provider.stripe_webhook_secret = False
        self.assertEqual(self.send(), (400, 0))
        self.assertEqual(self.send(signature=""), (400, 0))
        self.assertEqual(self.payment.state, "draft")

    def test_a_provider_that_was_switched_off_is_heard(self):
        """Somebody may have paid just before."""
        self.provider.state = "disabled"
        self.assertEqual(self.send(), (200, 1))

    def test_a_body_has_a_limit(self):
        event = self.event()
        event["padding"] = "x" * (1024 * 1024)
        self.assertEqual(self.send(event), (413, 0))
