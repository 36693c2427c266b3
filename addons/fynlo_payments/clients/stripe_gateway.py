"""Stripe, through its own SDK, which this file and ``stripe_calls`` alone import.

Nothing here knows Odoo, and nothing raises: whatever happens on the line is an :class:`Outcome`.
"""

import ipaddress
import time
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
import stripe

from ..engine.card_facts import card_facts
from ..engine.gateway_amounts import STRIPE_DECIMALS, AmountError, from_stripe, to_stripe
from ..engine.holds import told_end
from ..engine.outcome import REFUND_STATES, STATES, Outcome, doubt
from .stripe_calls import run

#: The version whose objects the suite understands; the account's own default may be another.
API_VERSION = "2026-10-28.endive"
_TIMEOUT_S = 10
_TOLERANCE_S = 300
#: The connections of this process, of all accounts: a new one costs two or three journeys to
#: Stripe. Keys go with each request; nothing is kept of an answer.
_LINE = requests.Session()
_LINE.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))


@dataclass(frozen=True)
class StripeAccount:
    """Whose money it is.

    :ivar api_base: empty for Stripe itself
    :ivar decimals: ``{currency code: decimal places}`` of the books, where they are not Stripe's
    """

    key: str
    api_base: str = ""
    decimals: dict = field(default_factory=dict)

    def __repr__(self):
        return "StripeAccount()"  # a key shall not get into a log


class StripeGateway:
    """The calls of one account. Amounts are minor units of the books, ``key`` an idempotency key.

    Other gateways have the same calls with the same parameters, and answer with an ``Outcome``.

    :cvar reach: how far back payments and refunds are found (``timedelta``); ``None`` is for ever
    """

    reach = None

    def __init__(self, account):
        bases = {"api": check_local(account.api_base)} if account.api_base else None
        self._account = account
        self._client = stripe.StripeClient(
            account.key,
            stripe_version=API_VERSION,
            base_addresses=bases,
            max_network_retries=0,  # the tries are counted here
            http_client=stripe.RequestsClient(timeout=_TIMEOUT_S, session=_LINE),
        )
        self._intents = self._client.v1.payment_intents

    def create_intent(self, params, key):
        """Create a payment, and confirm it if ``params`` name a card.

        :param params: ``amount``, ``currency``, ``channel``, ``capture_method``, ``reference``,
            ``metadata``, and ``payment_method`` if it is known
        """
        try:
            asked = self._creation(params)
        except AmountError:
            return Outcome("failed", code="amount_invalid", message="There is no such small coin.")
        return self._intent(lambda: self._intents.create(_told(asked), _once(key)))

    def confirm_intent(self, ref, params, key):
        """Confirm a payment, with another ``payment_method`` if ``params`` name one."""
        return self._intent(lambda: self._intents.confirm(ref, _told(params), _once(key)))

    def capture_intent(self, ref, params, key):
        """Take what was authorised, or the part that ``amount`` (in ``currency``) says."""
        try:
            amount = self._to_stripe(params["amount"], params["currency"])
        except AmountError:
            return Outcome("failed", code="amount_invalid", message="There is no such small coin.")
        asked = {"amount_to_capture": amount}
        return self._intent(lambda: self._intents.capture(ref, _told(asked), _once(key)))

    def cancel_intent(self, ref, _params, key):
        """Let go of what was authorised, or of a payment that nobody has paid."""
        asked = {"cancellation_reason": "abandoned"}
        return self._intent(lambda: self._intents.cancel(ref, _told(asked), _once(key)))

    def read_intent(self, ref):
        """Read a payment as it is now; a read that fails tells nothing."""
        return doubt(self._intent(lambda: self._intents.retrieve(ref, _told({}))))

    def find_intent(self, payment):
        """Look for the payment that was created with ``fynlo_payment`` in its metadata.

        What was created in the last minutes may not be found yet.
        Source: https://docs.stripe.com/search#data-freshness
        """
        query = {"query": f"metadata['fynlo_payment']:'{payment}'", "limit": 1}
        found = run(lambda: self._intents.search(query), lambda page: page["data"])
        if found.kind != "answered":
            return doubt(found)
        return self.read_intent(found.values[0]["id"]) if found.values else Outcome("absent")

    def create_wallet_method(self, token, key):
        """Make a payment method of an Apple Pay token; this charges nothing.

        :param token: ``pk_token`` and what goes with it, as Stripe's SDK for iOS sends them; no
            document for servers has them
        """
        api = self._client.v1
        made = run(lambda: api.tokens.create(token, _once(f"{key}-token")), _ref_of)
        if made.kind != "answered":
            return made
        asked = {"type": "card", "card": {"token": made.values["ref"]}}
        return run(lambda: api.payment_methods.create(asked, _once(f"{key}-method")), _ref_of)

    def refund(self, ref, params, key):
        """Give money of a payment back to its card.

        :param params: ``amount``, ``currency``, ``metadata``
        """
        try:
            amount = self._to_stripe(params["amount"], params["currency"])
        except AmountError:
            return Outcome("failed", code="amount_invalid", message="There is no such small coin.")
        asked = {"payment_intent": ref, "amount": amount, "metadata": params["metadata"]}
        refunds = self._client.v1.refunds
        return run(lambda: refunds.create(asked, _once(key)), self._refund_values)

    def read_refund(self, ref):
        """Read a refund as it is now; a read that fails tells nothing."""
        return doubt(run(lambda: self._client.v1.refunds.retrieve(ref), self._refund_values))

    def find_refund(self, ref, refund):
        """Look for the refund of a payment with ``fynlo_refund`` in its metadata."""
        asked = {"payment_intent": ref, "limit": 100}
        found = run(lambda: self._client.v1.refunds.list(asked), lambda page: page["data"])
        if found.kind != "answered":
            return doubt(found)
        for each in found.values:
            if (each.get("metadata") or {}).get("fynlo_refund") == refund:
                return Outcome("answered", self._refund_values(each))
        return Outcome("absent")

    def _refund_values(self, refund):
        currency = refund["currency"]
        return {
            "ref": refund["id"],
            "state": REFUND_STATES.get(refund["status"], "processing"),
            "amount": from_stripe(refund["amount"], currency, self._decimals(currency)),
            "currency": currency,
            "intent": _id_of(refund.get("payment_intent")),
            "refund": (refund.get("metadata") or {}).get("fynlo_refund"),
        }

    def _intent(self, call):
        return self._call(call, self._values_of)

    def _call(self, call, values_of):
        """Return the outcome of ``call``; ``values_of`` makes JSON-ready values of its answer."""
        return run(call, values_of)

    def _creation(self, params):
        asked = {
            "amount": self._to_stripe(params["amount"], params["currency"]),
            "currency": params["currency"].lower(),
            "capture_method": params["capture_method"],
            "description": params["reference"],
            "metadata": params["metadata"],
            "allowed_payment_method_types": _types_of(params),
        }
        if params["capture_method"] == "manual" and params["channel"] != "card_present":
            # More than that may be captured then, for a tip, if card and account allow.
            asked["payment_method_options"] = {"card": {"request_overcapture": "if_available"}}
        if method := params.get("payment_method"):
            asked |= {"payment_method": method, "confirm": True}
        return asked

    def _to_stripe(self, amount, currency):
        return to_stripe(amount, currency, self._decimals(currency))

    def _decimals(self, currency):
        code = currency.upper()
        return self._account.decimals.get(code, STRIPE_DECIMALS.get(code, 2))

    def _values_of(self, intent):
        """Return what is kept of a payment: no card data beside brand and last four digits."""
        error = intent.get("last_payment_error") or {}
        state = STATES.get(intent["status"], "unknown")
        if state == "declined" and not error:
            state = "requires_action"  # the till has to name a card first
        amounts = {
            "amount": intent["amount"],
            "capturable": intent.get("amount_capturable") or 0,
            "received": intent.get("amount_received") or 0,
            "most": _most_of(intent.get("latest_charge")),
        }
        currency = intent["currency"]
        places = self._decimals(currency)
        return {
            "ref": intent["id"],
            "state": state,
            **{name: from_stripe(minor, currency, places) for name, minor in amounts.items()},
            "currency": currency,
            "client_secret": intent.get("client_secret"),
            "next_action": (intent.get("next_action") or {}).get("type"),
            "charge": _id_of(intent.get("latest_charge")),
            "capture_before": told_end(
                _terms_of(intent.get("latest_charge")).get("capture_before")
            ),
            "card": card_facts(intent),
            "decline_code": error.get("decline_code"),
            "metadata": intent.get("metadata") or {},
        }


def verify_event(payload, signature, secret):
    """Tell whether ``payload`` (bytes) was signed with ``secret`` within five minutes from now.

    Any of several signatures counts, while a secret is being rolled. The SDK takes one from the
    future; this does not.
    """
    if not signature.isascii():
        return False  # comparing it would raise
    try:
        stripe.WebhookSignature.verify_header(payload.decode(), signature, secret, _TOLERANCE_S)
        stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
        return int(stamps[0]) <= time.time() + _TOLERANCE_S
    except (stripe.SignatureVerificationError, UnicodeDecodeError, ValueError, IndexError):
        return False


def _types_of(params):
    """Return Stripe's names of the cards that a payment takes.

    Canada's debit cards are a kind of their own at readers.
    Source: https://docs.stripe.com/terminal/payments/regional?integration-country=CA
    """
    if params["channel"] != "card_present":
        return ["card"]
    is_canadian = params["currency"].upper() == "CAD"
    return ["card_present", "interac_present"] if is_canadian else ["card_present"]


def _ref_of(made):
    return {"ref": made["id"]}


def _told(params):
    """Return parameters that ask for the charge, which tells the card's fingerprint and country."""
    return {**params, "expand": ["latest_charge"]}


def _once(key):
    return {"idempotency_key": key}


def _most_of(charge):
    """Return the most that can be captured of what is authorised, if that is more; or 0.

    Source: https://docs.stripe.com/payments/overcapture
    """
    terms = _terms_of(charge).get("overcapture") or {}
    return terms["maximum_amount_capturable"] if terms.get("status") == "available" else 0


def _terms_of(charge):
    """Return what a charge, if it is told, says of its card: one that is present, or another."""
    details = charge.get("payment_method_details") if isinstance(charge, dict) else None
    details = details or {}
    return details.get("card") or details.get("card_present") or {}


def _id_of(value):
    return value["id"] if isinstance(value, dict) else value


def check_local(base):
    """Return another base than Stripe's own if it is on this machine.

    :raise ValueError: a secret key would leave for somewhere else
    """
    parts = urlsplit(base)
    try:
        is_local = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_local = False
    if parts.scheme != "http" or not is_local:
        raise ValueError("Only a gateway on this machine may take Stripe's place.")
    return base
