"""A till whose card method has a gateway on this machine."""

import os
from unittest.mock import patch
from uuid import uuid4

from odoo.addons.fynlo_pos_api.tests.common import SellingCase

from ..clients import stripe_calls
from .peers.stripe_server import StripePeer


class PaymentCase(SellingCase):
    """``peer`` is the gateway; :meth:`open_order` leaves one coffee (2.75) to be paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = StripePeer()
        cls.addClassCleanup(cls.peer.close)
        cls.startClassPatcher(patch.dict(os.environ, {"FYNLO_STRIPE_API_BASE": cls.peer.url}))
        cls.startClassPatcher(patch.object(stripe_calls, "PAUSES_S", (0, 0)))
        cls.policy = cls.env["fynlo.fraud.policy"].search([("company_id", "=", cls.company.id)])
        cls.policy.is_on = False  # the same card pays all the time
        cls.provider = cls.env.ref("payment.payment_provider_stripe").copy(
            {"company_id": cls.company.id}
        )
        cls.provider.write(
            {"stripe_secret_key": cls.peer.key, "stripe_publishable_key": "pk_test_peer",
             "stripe_webhook_secret": "whsec_peer", "state": "test"}
        )  # fmt: skip
        cls.env.cr.execute(
            "UPDATE pos_payment_method SET fynlo_provider_id = %s WHERE id = %s",
            [cls.provider.id, cls.card.id],  # Odoo lets nobody while a session is open
        )
        # What tests with real connections have left is not of these.
        cls.env.cr.execute(
            "UPDATE fynlo_payment_event SET processed_at = now() WHERE processed_at IS NULL"
        )
        cls.env.cr.execute(
            "UPDATE fynlo_fraud_check SET created_at = created_at - interval '1 year'"
        )
        cls.env.invalidate_all()

    def open_order(self, **extra):
        """Post an open order and return its id."""
        body = self.body(**extra)
        self.assertSuccess(self.post(body), 201)
        return body["id"]

    def intent(self, order, amount=275, method="pm_card_visa", **extra):
        """Return a body of ``POST /payments/intents``."""
        body = {"id": str(uuid4()), "orderId": order, "amount": amount, "channel": "online"}
        return {**body, "paymentMethod": method, **extra}

    def pay(self, body, token=None):
        """Post an intent and return the response."""
        return self.post(body, token, "/payments/intents")

    def step(self, payment, name, **values):
        """Post the next operation of a payment and return the response."""
        body = {"id": str(uuid4()), **values}
        return self.post(body, path=f"/payments/intents/{payment}/{name}")

    def read_order(self, order):
        """Return an order as the API tells it."""
        return self.assertSuccess(self.api("GET", f"/orders/{order}", token=self.token))
