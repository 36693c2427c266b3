import json
from collections import Counter

from odoo.exceptions import ConcurrencyError
from odoo.service import model as odoo_retrying
from odoo.tests import tagged
from psycopg2.errors import SerializationFailure

from ..models.fynlo_payment_event import FynloPaymentEvent
from .common import PaymentCase
from .peers.stripe_events import sign


@tagged("post_install", "-at_install")
class TestWebhook(PaymentCase):
    def tell(self, payload, signature, **headers):
        """Post an event and return the status."""
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature, **headers}
        url = f"{self.base_url()}/api/v1/webhooks/stripe"
        return self.opener.post(url, data=payload, headers=headers, timeout=30).status_code

    def events(self):
        self.env.invalidate_all()
        return self.env["fynlo.payment.event"].search([("provider_id", "=", self.provider.id)])

    def test_signed_events_are_written_down_once(self):
        intent = {"object": "payment_intent", "id": "pi_1", "metadata": {"fynlo_payment": "x"}}
        event = {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": intent}}
        payload = json.dumps(event)
        for _ in range(2):
            self.assertEqual(self.tell(payload, sign(payload, ["whsec_peer"])), 200)
        self.assertEqual(self.events().mapped("intent_ref"), ["pi_1"])

    def test_what_is_not_signed_is_refused_and_not_kept(self):
        payload = '{"id": "evt_2"}'
        for signature in ("", "t=1,v1=00", "t=1,v1=é".encode("latin-1"), sign(payload, ["other"])):
            with self.subTest(signature):
                self.assertEqual(self.tell(payload, signature), 400)
        self.provider.stripe_webhook_secret = False  # nobody can sign without a secret
        self.assertEqual(self.tell(payload, sign(payload, [""])), 400)
        self.assertFalse(self.events())

    def test_a_body_has_a_limit(self):
        payload = json.dumps({"id": "evt_3", "filler": "x" * 1024 * 1024})
        self.assertEqual(self.tell(payload, sign(payload, ["whsec_peer"])), 413)
        self.assertEqual(self.tell("{}", "x", **{"Content-Type": "text/plain"}), 415)

    def test_a_signed_body_of_another_shape_is_refused_and_not_kept(self):
        good = {"id": "evt_4", "type": "refund.updated",
                "data": {"object": {"object": "refund", "id": "re_1"}}}  # fmt: skip
        subject = good["data"]["object"]
        odd = {
            "": [[], "text", None, 7],
            "id": [{**good, "id": value} for value in (None, 7, "", "x" * 1_000_000, "a\0b")],
            "type": [{**good, "type": value} for value in (["refund.updated"], "x" * 256)],
            "data": [{**good, "data": value} for value in ([], None, "x")],
            "data.object": [{**good, "data": value} for value in ({}, {"object": []})],
            "data.object.id": [{**good, "data": {"object": {**subject, "id": value}}}
                               for value in (None, 7, {})],
            "data.object.metadata": [{**good, "data": {"object": {**subject, "metadata": []}}}],
            "data.object.payment_intent": [
                {**good, "data": {"object": {**subject, "payment_intent": {"id": "pi"}}}}
            ],
        }  # fmt: skip
        for field, bodies in odd.items():
            for body in bodies:
                payload = json.dumps(body)
                with self.subTest(payload[:80]):
                    self.assertNoEvent(payload, field)
        for payload in ("{", '{"id": "\\ud800", "type": "x", "data": {}}'):
            self.assertNoEvent(payload)
        self.assertFalse(self.events())
        payload = json.dumps(good)
        self.assertEqual(self.tell(payload, sign(payload, ["whsec_peer"])), 200)
        self.assertEqual(self.events().mapped("object_ref"), ["re_1"])

    def test_an_event_that_collides_with_its_twin_is_taken_in(self):
        """Its body is read once more when the transaction runs again."""
        take_in, collisions = FynloPaymentEvent._fynlo_take_in, Counter()

        def collide(events, *args):
            collisions["all"] += 1
            if error := {1: SerializationFailure, 3: ConcurrencyError}.get(collisions["all"]):
                raise error
            return take_in(events, *args)

        event = {"type": "x", "data": {"object": {"object": "payment_intent", "id": "pi_1"}}}
        self.patch(FynloPaymentEvent, "_fynlo_take_in", collide)
        self.patch(odoo_retrying.time, "sleep", lambda _seconds: None)
        for number, place in enumerate(("/api/v1/webhooks/stripe", "/payment/stripe/webhook")):
            payload = json.dumps({**event, "id": f"evt_twin_{number}"})
            headers = {"Content-Type": "application/json"}
            headers["Stripe-Signature"] = sign(payload, ["whsec_peer"])
            answer = self.opener.post(
                self.base_url() + place, data=payload, headers=headers, timeout=30
            )
            self.assertEqual(answer.status_code, 200, place)
        self.assertEqual((len(self.events()), collisions["all"]), (2, 4))

    def assertNoEvent(self, payload, field=None):
        """A signed ``payload`` is answered with 400, by Odoo's own route, too."""
        signature = sign(payload, ["whsec_peer"])
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature}
        places = ("/api/v1/webhooks/stripe", "/payment/stripe/webhook")
        own, odoos = (
            self.opener.post(self.base_url() + place, data=payload, headers=headers, timeout=30)
            for place in places
        )
        error = self.assertFailure(own, 400, "webhook_event")
        self.assertEqual(odoos.status_code, 400)
        if field is not None:
            self.assertEqual(error["details"]["field"], field)
