"""A store whose company is an Apple Pay merchant, with keys that the tests' Apple has certified."""

import base64
from unittest.mock import patch
from uuid import uuid4

from ..engine import apple_pay_root
from .common import PaymentCase
from .peers.apple_ca import AppleAuthority

IDENTIFIER = "merchant.example.fynlo"


def make_merchant(env, provider, **vals):
    """Return a new merchant with the domain ``shop.example.com``."""
    values = {"name": "O'Brien's Bistro", "identifier": IDENTIFIER, "provider_id": provider.id}
    values |= {"company_id": provider.company_id.id, "country_id": env.ref("base.us").id}
    merchant = env["fynlo.apple.pay.merchant"].create({**values, **vals})
    domain = {"merchant_id": merchant.id, "name": f"{merchant.id}.shop.example.com"}
    env["fynlo.apple.pay.domain"].create({**domain, "association": "7B22\n"})
    return merchant


def make_certificate(apple, merchant, kind, **more):
    """Return a certificate of a merchant with its key here, signed by the tests' Apple."""
    made = merchant.env["fynlo.apple.pay.certificate"].create(
        {"merchant_id": merchant.id, "kind": kind}
    )
    signed = apple.certify(base64.b64decode(made.request), merchant.identifier, **more)
    made.certificate = base64.b64encode(signed)
    return made


class ApplePayCase(PaymentCase):
    """``apple`` stands for Apple; ``merchant`` has ``processing``, a certified key."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.apple = AppleAuthority()
        cls.startClassPatcher(
            patch.object(apple_pay_root, "apple_root", lambda: cls.apple.root)
        )  # fmt: skip
        cls.merchant = make_merchant(cls.env, cls.provider)
        cls.processing = make_certificate(cls.apple, cls.merchant, "processing")

    def mint(self, order, **more):
        """Return a ``PKPaymentToken`` for an order."""
        public = base64.b64decode((more.pop("key", None) or self.processing).public_key)
        data = self.apple.mint(order, public, IDENTIFIER, **more)
        method = {"displayName": "Visa 0326", "network": "Visa", "type": "debit"}
        transaction = data["header"]["transactionId"].upper()
        return {
            "paymentData": data, "paymentMethod": method, "transactionIdentifier": transaction,
        }  # fmt: skip

    def process_body(self, order, token=None, **more):
        """Return a body of ``POST /payments/apple-pay/process`` that pays a coffee."""
        body = {"id": str(uuid4()), "orderId": order, "amount": 275}
        body |= {"token": token or self.mint(order), "paymentMethod": "pm_card_visa"}
        return {name: value for name, value in {**body, **more}.items() if value is not None}

    def process(self, body, token=None):
        """Post it and return the response."""
        return self.post(body, token, "/payments/apple-pay/process")

    def sheet(self, order, **more):
        """Ask for the payment sheet of an order and return the response."""
        return self.post({"orderId": order, **more}, path="/payments/apple-pay/request")
