"""Our Stripe of the tests against others' and against Stripe's own types.

A peer that is wrong as the suite is wrong shows nothing. So the same scenarios run on servers of
other people; where they differ, the difference is listed here with its reason. With a key of a
Stripe account in test mode in ``FYNLO_STRIPE_TEST_KEY`` they run on Stripe itself too.
"""

import os
from importlib.util import find_spec
from uuid import uuid4

import stripe
from odoo.tests import BaseCase, tagged
from stripe import params as types

from ..clients.stripe_gateway import StripeAccount, StripeGateway
from ..clients.stripe_shop import StripeShop
from ..clients.stripe_terminal import StripeTerminal
from .peers.processes import localstripe, stateful_mock
from .peers.stripe_server import StripePeer

_DECLINED = "pm_card_chargeCustomerFail"
#: What localstripe tells otherwise: it does not know of an amount that was received.
LOCALSTRIPE_DIFFERS = {
    "paid": ("answered", "succeeded", 0),
    "captured in part": ("answered", "succeeded", 0),
    "captured after that": "answered",  # it takes what was let go
    "declined": ("declined", "card_declined"),  # it has no codes of banks
    # It knows no idempotency keys at all.
    "the same key again": "another payment",
    "the same key, other parameters": "answered",
}
#: ``stripe-stateful-mock`` knows charges and refunds alone, and keys of both.
STATEFUL_MOCK_DIFFERS = {}


class _OldStripe(StripeGateway):
    """Asks with the parameters that localstripe knows: it is years older than Stripe."""

    def _creation(self, params):
        asked = super()._creation(params)
        asked["payment_method_types"] = asked.pop("allowed_payment_method_types")
        del asked["description"]
        return asked

    def cancel_intent(self, ref, _params, key):
        options = {"idempotency_key": key}
        return self._intent(lambda: self._intents.cancel(ref, {}, options))


def creation(method="pm_card_visa", capture="automatic", amount=1000):
    """Return what the suite asks a gateway for."""
    return {
        "amount": amount, "currency": "USD", "channel": "online", "capture_method": capture,
        "reference": "FYN-1", "payment_method": method,
        "metadata": {"fynlo_payment": str(uuid4()), "fynlo_order": str(uuid4())},
    }  # fmt: skip


def told(outcome):
    """Return what of an outcome the suite goes by."""
    return outcome.kind, outcome.state, outcome.values.get("received")


def scenario(gateway, declined):
    """Return ``{step: what is told}`` of payments from their beginning to their end."""
    asked, key = creation(), str(uuid4())
    first = gateway.create_intent(asked, key)
    steps = {"paid": told(first)}
    again = gateway.create_intent(asked, key)
    is_same = again.values.get("ref") == first.values["ref"]
    steps["the same key again"] = "the same payment" if is_same else "another payment"
    other = gateway.create_intent({**asked, "amount": 2000}, key)
    steps["the same key, other parameters"] = other.kind
    held = gateway.create_intent(creation(capture="manual"), str(uuid4()))
    steps["authorised"] = told(held)
    part = {"amount": 600, "currency": "USD"}
    steps["captured in part"] = told(gateway.capture_intent(held.values["ref"], part, str(uuid4())))
    late = gateway.capture_intent(held.values["ref"], part, str(uuid4()))
    steps["captured once more"] = late.kind
    held = gateway.create_intent(creation(capture="manual"), str(uuid4()))
    steps["let go"] = told(gateway.cancel_intent(held.values["ref"], {}, str(uuid4())))
    steps["read"] = told(gateway.read_intent(held.values["ref"]))
    steps["captured after that"] = gateway.capture_intent(
        held.values["ref"], part, str(uuid4())
    ).kind
    refused = gateway.create_intent(creation(declined), str(uuid4()))
    steps["declined"] = (refused.kind, refused.code)
    steps["of nobody"] = gateway.read_intent("pi_0000000000000000").kind
    return steps


def refunds(url, key, make_charge):
    """Return ``{step: what is told}`` of refunds of one charge of 10.00."""
    client = stripe.StripeClient(key, base_addresses={"api": url})
    charge, steps = make_charge(client), {}

    def refund(amount, key):
        asked = {"charge": charge, "amount": amount}
        try:
            made = client.v1.refunds.create(asked, {"idempotency_key": key})
        except stripe.IdempotencyError:
            return "other parameters"
        except stripe.InvalidRequestError:
            return "refused"
        return made.id

    first = refund(400, "key-1")
    steps["refunded"] = first.startswith("re_")
    steps["the same key again"] = refund(400, "key-1") == first
    steps["the same key, other parameters"] = refund(300, "key-1")
    steps["more than is left"] = refund(700, "key-2")
    steps["the rest"] = refund(600, "key-3").startswith("re_")
    steps["once more"] = refund(1, "key-4")
    return steps


def names_of(kind):
    """Return the names of the parameters of one of Stripe's types."""
    return set(kind.__annotations__) - set(stripe.RequestOptions.__annotations__)


def _charge_by_intent(client):
    asked = {"amount": 1000, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa"}
    return client.v1.payment_intents.create(asked).latest_charge


def _charge(client):
    asked = {"amount": 1000, "currency": "usd", "source": "tok_visa"}
    return client.v1.charges.create(asked).id


@tagged("post_install", "-at_install")
class TestConformance(BaseCase):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.peer = StripePeer()
        self.addCleanup(self.peer.close)

    def ours(self, kind=StripeGateway):
        return kind(StripeAccount(self.peer.key, self.peer.url))

    if find_spec("localstripe") or os.environ.get("FYNLO_LOCALSTRIPE_PYTHON"):

        def test_payments_as_localstripe_tells_them(self):
            wanted = scenario(self.ours(), "pm_card_chargeDeclined") | LOCALSTRIPE_DIFFERS
            with localstripe() as url:
                theirs = scenario(_OldStripe(StripeAccount("sk_test_peer", url)), _DECLINED)
            self.assertEqual(theirs, wanted)

    if os.environ.get("FYNLO_STRIPE_STATEFUL_MOCK"):

        def test_refunds_as_the_stateful_mock_tells_them(self):
            wanted = refunds(self.peer.url, self.peer.key, _charge_by_intent)
            with stateful_mock() as url:
                theirs = refunds(url, "sk_test_peer", _charge)
            self.assertEqual(theirs, wanted | STATEFUL_MOCK_DIFFERS)

    if os.environ.get("FYNLO_STRIPE_TEST_KEY", "").startswith("sk_test_"):

        def test_payments_and_refunds_as_stripe_tells_them(self):
            key = os.environ["FYNLO_STRIPE_TEST_KEY"]
            declined = "pm_card_chargeDeclined"
            theirs = scenario(StripeGateway(StripeAccount(key)), declined)
            self.assertEqual(theirs, scenario(self.ours(), declined))
            theirs = refunds(stripe.DEFAULT_API_BASE, key, _charge_by_intent)
            ours = refunds(self.peer.url, self.peer.key, _charge_by_intent)
            self.assertEqual(theirs, ours)

    # --- Stripe's own types

    #: Of each address that the suite posts to, the type of its parameters.
    TYPES = {
        "payment_intents": types.PaymentIntentCreateParams,
        "payment_intents/*": types.PaymentIntentRetrieveParams,
        "payment_intents/*/confirm": types.PaymentIntentConfirmParams,
        "payment_intents/*/capture": types.PaymentIntentCaptureParams,
        "payment_intents/*/cancel": types.PaymentIntentCancelParams,
        "payment_intents/search": types.PaymentIntentSearchParams,
        "refunds": types.RefundCreateParams,
        "refunds?": types.RefundListParams,
        "payment_methods/*/detach": types.PaymentMethodDetachParams,
        "terminal/connection_tokens": types.terminal.ConnectionTokenCreateParams,
        "terminal/readers?": types.terminal.ReaderListParams,
        "terminal/readers/*/process_payment_intent":
            types.terminal.ReaderProcessPaymentIntentParams,
        "terminal/readers/*/cancel_action": types.terminal.ReaderCancelActionParams,
    }  # fmt: skip

    def type_of(self, method, path):
        """Return the typed parameters of a request."""
        ids = ("pi_", "re_", "pm_", "tmr_")
        parts = path.removeprefix("/v1/").split("/")
        name = "/".join("*" if part.startswith(ids) else part for part in parts)
        known = self.TYPES.get(f"{name}?") if method == "GET" else None
        return known or self.TYPES[name]

    def ask_everything(self):
        gateway, shop = self.ours(), self.ours(StripeShop)
        scenario(gateway, "pm_card_chargeDeclined")
        gateway.find_intent("nobody")
        open_ = gateway.create_intent(creation(method=None), "key-1").values["ref"]
        gateway.confirm_intent(open_, {"payment_method": "pm_card_visa"}, "key-2")
        wanted = {"kind": "refund", "ref": open_, "key": "key-3", "amount": 100}
        shop.settle(wanted, may_ask=True)
        kept = self.peer.customers.create_setup({"customer": "cus_1"})
        self.peer.customers.confirm_setup(kept["id"], {"payment_method": "pm_card_visa"})
        shop.forget(kept["payment_method"])
        terminal = self.ours(StripeTerminal)
        location = self.peer.terminal.add_location("Corner")["id"]
        reader = self.peer.terminal.add_reader("Counter", location)["id"]
        terminal.create_token(location)
        terminal.list_readers(location)
        present = {**creation(method=None), "channel": "card_present"}
        terminal.process(reader, gateway.create_intent(present, "key-4").values["ref"], "key-5")
        terminal.cancel(reader)

    def test_every_parameter_is_one_of_stripes(self):
        self.ask_everything()
        seen = set()
        for method, path, asked, headers in self.peer.requests:
            kind = self.type_of(method, path)
            seen.add(kind)
            with self.subTest(f"{method} {path}"):
                self.assertFalse(set(asked) - names_of(kind))
                if method == "POST":
                    self.assertTrue(headers.get("Idempotency-Key"))
        self.assertEqual(seen, set(self.TYPES.values()))
