"""What Stripe keeps: intents, charges, refunds, readers, and how they change.

Shapes and rules as in Stripe's API reference (https://docs.stripe.com/api), for what the suite
uses of it. Amounts are minor units. Nothing here knows HTTP; :class:`StripeFault` carries what an
error answer says.
"""

import itertools
import time
from collections import defaultdict
from uuid import uuid4

#: Test payment methods and how an attempt with them ends.
METHODS = {
    "pm_card_visa": "succeed",
    "pm_card_mastercard": "succeed",
    "pm_card_chargeDeclined": "generic_decline",
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_chargeDeclinedExpiredCard": "expired_card",
    "pm_card_threeDSecure2Required": "authenticate",
    "pm_bank": "process",
}
_BRANDS = {"pm_card_mastercard": ("mastercard", "4444")}
_CANCELLABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELLABLE += ("requires_capture", "processing")


class StripeFault(Exception):
    """An error answer: HTTP status and the ``error`` object of its body."""

    def __init__(self, status, type_, message, **more):
        super().__init__(message)
        self.status = status
        self.error = {"type": type_, "message": message, **more}


def invalid(message, code=None, param=None, status=400):
    """Return the fault of a request that cannot be carried out."""
    more = {key: value for key, value in (("code", code), ("param", param)) if value}
    return StripeFault(status, "invalid_request_error", message, **more)


class StripeObjects:
    """One account's objects. The caller holds a lock; ``emit(type, object)`` tells of changes."""

    def __init__(self, emit):
        self._emit = emit
        self._numbers, self._account = itertools.count(1), uuid4().hex[:14]
        self.kinds = defaultdict(dict)
        #: What a card tells beside the usual, by payment method, and what Radar says of charges.
        self.cards, self.risk = {}, {}

    # --- Looking

    def find(self, kind, id_):
        """Return one object.

        :raise StripeFault: there is none
        """
        try:
            return self.kinds[kind][id_]
        except KeyError:
            message = f"No such {kind}: '{id_}'"
            raise invalid(message, "resource_missing", "id", status=404) from None

    def list(self, kind, **wanted):
        """Return the objects of a kind whose fields have these values, the newest first."""
        found = self.kinds[kind].values()
        matching = (each for each in found if all(each.get(k) == v for k, v in wanted.items()))
        return sorted(matching, key=lambda each: each["_number"], reverse=True)

    def balance(self):
        """Return ``{currency: minor units}``: what was captured less what was given back."""
        sums = defaultdict(int)
        for charge in self.kinds["charge"].values():
            sums[charge["currency"]] += charge["amount_captured"] if charge["captured"] else 0
        for refund in self.kinds["refund"].values():
            if refund["status"] in ("succeeded", "pending"):
                sums[refund["currency"]] -= refund["amount"]
        return dict(sums)

    def make(self, kind, prefix, **values):
        """Return a new object of a kind."""
        number = next(self._numbers)
        made = {
            "id": f"{prefix}_{self._account}{number:010d}", "object": kind, "livemode": False,
            "created": int(time.time()), "metadata": {}, **values, "_number": number,
        }  # fmt: skip
        self.kinds[kind][made["id"]] = made
        return made

    # --- Payment intents

    def create_intent(self, params):
        amount = _amount(params.get("amount"), "amount")
        intent = self.make(
            "payment_intent", "pi", amount=amount, currency=params["currency"], amount_capturable=0,
            amount_received=0, capture_method=params.get("capture_method", "automatic"),
            description=params.get("description"), customer=params.get("customer"),
            metadata=dict(params.get("metadata") or {}),
            payment_method=params.get("payment_method"),
            payment_method_types=_types_of(params),
            payment_method_options=params.get("payment_method_options") or {},
            setup_future_usage=params.get("setup_future_usage"), latest_charge=None,
            next_action=None, last_payment_error=None, cancellation_reason=None, canceled_at=None,
            status="requires_payment_method",
        )  # fmt: skip
        intent["client_secret"] = f"{intent['id']}_secret_{intent['_number']:08x}"
        if intent["payment_method"]:
            intent["status"] = "requires_confirmation"
        self._emit("payment_intent.created", intent)
        if params.get("confirm") in ("true", "True"):
            self.confirm_intent(intent["id"], params)
        return intent

    def update_intent(self, id_, params):
        intent = self.find("payment_intent", id_)
        if intent["status"] in ("succeeded", "canceled", "requires_capture"):
            raise self._unexpected(intent, "update")
        if "amount" in params:
            intent["amount"] = _amount(params["amount"], "amount")
        for name in ("description", "payment_method", "customer"):
            intent[name] = params.get(name, intent[name])
        intent["metadata"].update(params.get("metadata") or {})
        return intent

    def confirm_intent(self, id_, params):
        intent = self.find("payment_intent", id_)
        if intent["status"] not in _CANCELLABLE[:3]:
            raise self._unexpected(intent, "confirm")
        intent["payment_method"] = params.get("payment_method") or intent["payment_method"]
        if not intent["payment_method"]:
            message = "You cannot confirm this PaymentIntent because it's missing a payment method."
            raise invalid(message, "payment_intent_unexpected_state")
        self._attempt(intent, self._outcome_of(intent["payment_method"]))
        return intent

    def authenticate(self, id_, success=True):
        """Do what the guest does in his bank's app."""
        intent = self.find("payment_intent", id_)
        if intent["status"] != "requires_action":
            raise self._unexpected(intent, "authenticate")
        intent["next_action"] = None
        self._charge(intent, None if success else "authentication_required")
        return intent

    def settle(self, id_, success=True):
        """End the processing of a payment that takes days at a bank."""
        intent = self.find("payment_intent", id_)
        self._charge(intent, None if success else "generic_decline")
        return intent

    def capture_intent(self, id_, params):
        intent = self.find("payment_intent", id_)
        if intent["status"] != "requires_capture":
            raise self._unexpected(intent, "capture")
        charge = self.find("charge", intent["latest_charge"])
        amount = intent["amount_capturable"]
        if "amount_to_capture" in params:
            amount = _amount(params["amount_to_capture"], "amount_to_capture")
        if amount > charge["_most"]:
            message = "The amount to capture is greater than the amount that can be captured."
            raise invalid(message, "amount_too_large", "amount_to_capture")
        charge.update(captured=True, amount_captured=amount)
        card = charge["payment_method_details"].get("card") or {}
        card.get("overcapture", {}).update(status="unavailable")
        intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
        self._emit("charge.captured", charge)
        self._emit("payment_intent.succeeded", intent)
        return intent

    def cancel_intent(self, id_, params):
        intent = self.find("payment_intent", id_)
        if intent["status"] not in _CANCELLABLE:
            raise self._unexpected(intent, "cancel")
        intent.update(status="canceled", amount_capturable=0, canceled_at=int(time.time()))
        intent["cancellation_reason"] = params.get("cancellation_reason")
        if intent["latest_charge"]:
            charge = self.find("charge", intent["latest_charge"])
            if not charge["captured"] and charge["status"] == "succeeded":
                charge.update(refunded=True, amount_refunded=charge["amount"])
        self._emit("payment_intent.canceled", intent)
        return intent

    def _unexpected(self, intent, verb):
        message = (
            f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
        )
        return StripeFault(
            400, "invalid_request_error", message, code="payment_intent_unexpected_state",
            payment_intent=intent,
        )  # fmt: skip

    def _outcome_of(self, method):
        if method in METHODS:
            return METHODS[method]
        return METHODS[self.find("payment_method", method)["_kind"]]

    def _attempt(self, intent, outcome):
        if outcome == "authenticate":
            sdk = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
            intent.update(status="requires_action", next_action=sdk)
            self._emit("payment_intent.requires_action", intent)
        elif outcome == "process":
            intent["status"] = "processing"
            self._emit("payment_intent.processing", intent)
        else:
            self._charge(intent, None if outcome == "succeed" else outcome)

    def _charge(self, intent, decline):
        kind = intent["payment_method"]
        brand, last4 = _BRANDS.get(kind, ("visa", "4242"))
        is_present = "card_present" in intent["payment_method_types"]
        is_captured = intent["capture_method"].startswith("automatic") and not decline
        card = {"brand": brand, "last4": last4, "country": "US", "fingerprint": f"fp_{last4}"}
        card |= self.cards.get(kind, {})
        options = intent["payment_method_options"].get("card_present" if is_present else "card", {})
        is_over = options.get("request_overcapture") == "if_available" or is_present
        most = intent["amount"] * 12 // 10 if is_over else intent["amount"]
        if not is_present:
            terms = {"status": "available" if is_over else "unavailable"}
            card["overcapture"] = {**terms, "maximum_amount_capturable": most}
        if not (is_captured or decline):
            days = 2 if is_present else 7
            card.setdefault("capture_before", int(time.time()) + days * 86400 - 3600)
        charge = self.make(
            "charge", "ch", amount=intent["amount"], currency=intent["currency"], refunded=False,
            amount_captured=intent["amount"] if is_captured else 0, amount_refunded=0,
            captured=is_captured, paid=not decline, payment_intent=intent["id"], disputed=False,
            status="failed" if decline else "succeeded", metadata=dict(intent["metadata"]),
            payment_method_details={
                "type": "card_present" if is_present else "card",
                "card_present" if is_present else "card": card,
            },
            outcome=self._radar(decline),
            failure_code="card_declined" if decline else None,
            _most=most,
        )  # fmt: skip
        intent["latest_charge"] = charge["id"]
        if decline:
            raise self._decline(intent, charge, decline, {"id": kind, "type": "card", "card": card})
        if is_captured:
            intent.update(status="succeeded", amount_received=intent["amount"])
            self._emit("charge.succeeded", charge)
            self._emit("payment_intent.succeeded", intent)
        else:
            intent.update(status="requires_capture", amount_capturable=intent["amount"])
            self._emit("payment_intent.amount_capturable_updated", intent)

    def _radar(self, decline):
        told = {"risk_level": "normal", "seller_message": "Payment complete.", **self.risk}
        return {"type": "issuer_declined" if decline else "authorized", **told}

    def _decline(self, intent, charge, decline, method):
        known = {"expired_card": "expired_card", "authentication_required": decline}
        error = {
            "type": "card_error", "code": known.get(decline, "card_declined"),
            "charge": charge["id"],
            "decline_code": decline, "message": "Your card was declined.",
            "payment_method": method,
        }  # fmt: skip
        intent.update(status="requires_payment_method", last_payment_error=error)
        intent["payment_method"] = None
        self._emit("charge.failed", charge)
        self._emit("payment_intent.payment_failed", intent)
        return StripeFault(402, payment_intent=intent, **_renamed(error))

    # --- Refunds

    def create_refund(self, params):
        if "payment_intent" in params:
            intent = self.find("payment_intent", params["payment_intent"])
            if not intent["latest_charge"]:
                raise invalid("This PaymentIntent does not have a successful charge to refund.")
            charge = self.find("charge", intent["latest_charge"])
        else:
            charge = self.find("charge", params.get("charge", ""))
        if not charge["captured"]:
            raise invalid("This charge was not captured.", "charge_not_captured")
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = _amount(params.get("amount", left), "amount") if left else 0
        if not left:
            message = f"Charge {charge['id']} has already been refunded."
            raise invalid(message, "charge_already_refunded")
        if amount > left:
            message = f"Refund amount ({amount}) is greater than what is left ({left})"
            raise invalid(message, param="amount")
        refund = self.make(
            "refund", "re", amount=amount, currency=charge["currency"], charge=charge["id"],
            payment_intent=charge["payment_intent"], reason=params.get("reason"),
            metadata=dict(params.get("metadata") or {}), status="succeeded", failure_reason=None,
        )  # fmt: skip
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self._emit("refund.created", refund)
        self._emit("charge.refunded", charge)
        return refund


def _renamed(error):
    return {"type_" if key == "type" else key: value for key, value in error.items()}


def _amount(value, param):
    try:
        amount = int(value)
    except (TypeError, ValueError):
        raise invalid(f"Invalid integer: {value}", "parameter_invalid_integer", param) from None
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", param=param)
    return amount


def _types_of(params):
    """Return the kinds of cards; the parameter has another name since the version ``endive``."""
    named = params.get("allowed_payment_method_types") or params.get("payment_method_types")
    return _as_list(named) or ["card"]


def _as_list(value):
    return list(value.values()) if isinstance(value, dict) else value
