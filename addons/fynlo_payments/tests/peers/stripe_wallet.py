"""Stripe's side of wallets: tokens of Apple Pay, and payment methods made of them, once each."""

import json

from .stripe_objects import invalid

#: What a ``pk_token`` has to hold, as Apple's payment data does.
_PARTS = {"version", "data", "signature", "header"}


class StripeWallet:
    """The wallets of one account."""

    def __init__(self, objects):
        self._objects = objects

    def create_token(self, params):
        """Return a token for one use."""
        try:
            document = json.loads(params.get("pk_token", ""))
        except ValueError:
            document = None
        if not isinstance(document, dict) or set(document) != _PARTS:
            raise invalid("Your payment token is not one of Apple Pay.", "invalid_pk_token")
        return self._objects.make("token", "tok", type="card", used=False)

    def create_method(self, params):
        """Return a payment method of a token; the token is used then."""
        card = params.get("card")
        if params.get("type") != "card" or not isinstance(card, dict):
            raise invalid("Only cards are known here.", "parameter_unknown", "type")
        token = self._objects.find("token", card.get("token", ""))
        if token["used"]:
            raise invalid("You cannot use a Stripe token more than once.", "token_already_used")
        token["used"] = True
        return self._objects.make(
            "payment_method", "pm", type="card", _kind="pm_card_visa", card={"brand": "visa"}
        )
