"""Square, over its REST API. The only file that talks to it.

Nothing here knows Odoo, and nothing raises: whatever happens on the line is an :class:`Outcome`.
Source: https://developer.squareup.com/reference/square
"""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

import requests

from ..engine.holds import told_end
from ..engine.outcome import Outcome, doubt, whole
from .stripe_gateway import check_local

#: The version whose objects the suite understands; the account's own default may be another.
API_VERSION = "2025-10-16"
_LIVE, _SANDBOX = "https://connect.squareup.com", "https://connect.squareupsandbox.com"
_TIMEOUT_S = 10
_PAUSES_S = (0.2, 0.8)
_SEARCHED, _PAGES = timedelta(days=2), 20
_STATES = {
    "APPROVED": "authorized", "PENDING": "processing", "COMPLETED": "succeeded",
    "CANCELED": "canceled", "FAILED": "declined",
}  # fmt: skip
_REFUNDS = {
    "PENDING": "processing", "COMPLETED": "succeeded", "REJECTED": "failed", "FAILED": "failed",
}  # fmt: skip


@dataclass(frozen=True)
class SquareAccount:
    """Whose money it is. ``api_base`` is empty for Square itself."""

    token: str
    location: str
    is_live: bool
    api_base: str = ""

    def __repr__(self):
        return "SquareAccount()"  # a token shall not get into a log


class SquareGateway:
    """The calls of one account; amounts are minor units, ``key`` an idempotency key."""

    reach = _SEARCHED

    def __init__(self, account):
        self._account = account
        own = _LIVE if account.is_live else _SANDBOX
        self._base = check_local(account.api_base) if account.api_base else own

    def create_intent(self, params, key):
        """Charge or authorise the nonce of a card that Square's SDK has made on the till."""
        asked = {
            "source_id": params.get("payment_method") or "",
            "idempotency_key": key,
            "amount_money": _money(params),
            "autocomplete": params["capture_method"] == "automatic",
            "location_id": self._account.location,
            "reference_id": params["metadata"]["fynlo_payment"],
            "note": params["reference"][:500],
        }
        return self._payment("POST", "/v2/payments", asked)

    def confirm_intent(self, ref, _params, _key):
        """Read it: a payment of Square's is tried once, with the card that it was made with."""
        return self.read_intent(ref)

    def capture_intent(self, ref, _params, _key):
        """Take all of what was authorised; what is taken already stays so."""
        return self._change(ref, "complete", "succeeded")

    def cancel_intent(self, ref, _params, _key):
        """Let go of what was authorised; what is let go already stays so."""
        return self._change(ref, "cancel", "canceled")

    def read_intent(self, ref):
        """Read a payment as it is now; a read that fails tells nothing."""
        return doubt(self._payment("GET", f"/v2/payments/{ref}"))

    def find_intent(self, payment):
        """Look for the payment with our id among those of the last two days."""
        since = (datetime.now(timezone.utc) - _SEARCHED).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = {"location_id": self._account.location, "begin_time": since, "limit": 100}
        for _ in range(_PAGES):
            page, trouble = self._ask("GET", "/v2/payments", asked)
            if trouble:
                return doubt(trouble)
            for each in page.get("payments") or []:
                if each.get("reference_id") == payment:
                    return whole(lambda told=each: Outcome("answered", _payment_values(told)))
            if not page.get("cursor"):
                return Outcome("absent")
            asked["cursor"] = page["cursor"]
        return Outcome("unknown", code="too_many", message="There are too many payments.")

    def give_up(self, key, payment):
        """Have a payment canceled of which nobody knows whether it was made; tell what it is."""
        _, trouble = self._ask("POST", "/v2/payments/cancel", {"idempotency_key": key})
        if trouble and not trouble.is_known:
            return trouble
        found = self.find_intent(payment)
        if found.kind != "absent":
            return found
        message = "The gateway has never heard of it."
        return Outcome("failed", code="never_arrived", message=message)

    # --- Refunds

    def refund(self, ref, params, key):
        """Give money of a payment back to its card."""
        asked = {
            "idempotency_key": key, "payment_id": ref, "amount_money": _money(params),
            "reason": params["metadata"]["fynlo_refund"],
        }  # fmt: skip
        answer, trouble = self._ask("POST", "/v2/refunds", asked)
        return trouble or whole(lambda: _refund_of(answer))

    def read_refund(self, ref):
        """Read a refund as it is now; a read that fails tells nothing."""
        answer, trouble = self._ask("GET", f"/v2/refunds/{ref}")
        return doubt(trouble) if trouble else whole(lambda: _refund_of(answer))

    def find_refund(self, ref, refund):
        """Look for the refund of a payment that has our id."""
        answer, trouble = self._ask("GET", f"/v2/payments/{ref}")
        if trouble:
            return doubt(trouble)
        return whole(lambda: self._find_among(answer["payment"].get("refund_ids") or [], refund))

    def _find_among(self, refs, refund):
        for ref in refs:
            told, trouble = self._ask("GET", f"/v2/refunds/{ref}")
            if trouble:
                return doubt(trouble)
            if told["refund"].get("reason") == refund:
                return _refund_of(told)
        return Outcome("absent")

    # --- The line

    def _change(self, ref, verb, wanted):
        """Ask for a change; Square has no keys for these, so what it has become is looked at."""
        outcome = self._payment("POST", f"/v2/payments/{ref}/{verb}", {})
        if outcome.kind == "answered":
            return outcome
        now = self.read_intent(ref)
        if wanted == "canceled" and now.kind == "answered" and now.state == "declined":
            return replace(now, values={**now.values, "state": "canceled"})
        return now if now.state == wanted else outcome

    def _payment(self, method, path, asked=None):
        answer, trouble = self._ask(method, path, asked)
        return trouble or whole(lambda: Outcome("answered", _payment_values(answer["payment"])))

    def _ask(self, method, path, asked=None):
        """Return ``(answer, None)`` or ``(None, Outcome)``; tried again while nothing clear comes.

        A refusal counts as "nothing was done" only if it is the answer to the first try.
        """
        answer, trouble = self._try(method, path, asked)
        for pause in _PAUSES_S:
            if not trouble or trouble.kind != "unknown":
                return answer, trouble
            time.sleep(pause)
            answer, trouble = self._try(method, path, asked)
            trouble = trouble and doubt(trouble)
        return answer, trouble

    def _try(self, method, path, asked):
        headers = {
            "Authorization": f"Bearer {self._account.token}",
            "Square-Version": API_VERSION,
        }
        sent = {"params": asked} if method == "GET" else {"json": asked}
        try:
            answer = requests.request(
                method, self._base + path, headers=headers, timeout=_TIMEOUT_S,
                allow_redirects=False, **sent,
            )  # fmt: skip
            told = answer.json()
        except (requests.RequestException, ValueError):
            return None, _unknown("no_answer", "The gateway gave no answer.")
        return (told, None) if answer.status_code == 200 else (None, _trouble(answer, told))


def verify_event(payload, signature, url, key):
    """Tell whether Square has signed ``payload`` (bytes) for the webhook at ``url``.

    Source: https://developer.squareup.com/docs/webhooks/step3validate
    """
    mark = hmac.new(key.encode(), url.encode() + payload, hashlib.sha256).digest()
    wanted = base64.b64encode(mark)
    return hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))


def _trouble(answer, told):
    error = (told.get("errors") or [{}])[0] if isinstance(told, dict) else {}
    code = str(error.get("code") or "invalid_request")
    if answer.status_code in (401, 403):
        message = "The gateway refuses the account's key."
        return Outcome("failed", code="gateway_key", message=message)
    if answer.status_code == 429:
        return _unknown("rate_limited", "The gateway is asked too often.")
    if answer.status_code >= 500:
        return _unknown("gateway_trouble", "The gateway is in trouble.")
    if code == "IDEMPOTENCY_KEY_REUSED":
        return _unknown("other_parameters", "The gateway knows the key by another request.")
    if error.get("category") == "PAYMENT_METHOD_ERROR":
        return Outcome("declined", {}, code.lower(), "The card was declined.")
    return Outcome("failed", code=code.lower(), message="The gateway refuses the request.")


def _unknown(code, message):
    return Outcome("unknown", code=code, message=message)


def _money(params):
    return {"amount": params["amount"], "currency": params["currency"].upper()}


def _payment_values(payment):
    """Return what is kept of a payment: no card data."""
    state, money = _STATES.get(payment["status"], "unknown"), payment["amount_money"]
    return {
        "ref": payment["id"], "state": state, "amount": money["amount"],
        "capturable": money["amount"] if state == "authorized" else 0,
        "received": money["amount"] if state == "succeeded" else 0,
        "currency": money["currency"].lower(), "client_secret": None, "next_action": None,
        "charge": payment["id"], "decline_code": None,
        "capture_before": told_end(payment.get("delayed_until")),
        "metadata": {"fynlo_payment": payment.get("reference_id") or ""},
    }  # fmt: skip


def _refund_of(answer):
    refund = answer["refund"]
    money = refund["amount_money"]
    values = {
        "ref": refund["id"], "state": _REFUNDS.get(refund["status"], "processing"),
        "amount": money["amount"], "currency": money["currency"].lower(),
        "intent": refund.get("payment_id"), "refund": refund.get("reason"),
    }  # fmt: skip
    return Outcome("answered", values)
