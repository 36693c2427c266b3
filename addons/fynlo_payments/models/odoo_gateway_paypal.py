"""PayPal over Odoo's own provider: the guest approves an order, the till has it captured.

Source: https://developer.paypal.com/docs/api/orders/v2/
"""

from dataclasses import replace

from ..engine.outcome import Outcome, doubt, whole
from .odoo_gateway import OdooGateway, ask

_ORDERS = "/v2/checkout/orders"
#: What has gone back since was taken first.
_CAPTURES = {
    "COMPLETED": "succeeded", "PARTIALLY_REFUNDED": "succeeded", "REFUNDED": "succeeded",
    "PENDING": "processing", "DECLINED": "declined", "FAILED": "declined",
}  # fmt: skip
#: Refusals of what the guest pays with.
_DECLINES = ("INSTRUMENT_DECLINED", "TRANSACTION_REFUSED")
_ORDER_STATES = {"VOIDED": "canceled", "COMPLETED": "processing"}


class PaypalGateway(OdooGateway):
    """An order is the intent, ``confirm`` its capture; nothing is charged before."""

    def create_intent(self, params, key):
        """Create an order; the guest approves it with the id in ``client_secret``."""
        with self.provider() as provider:
            unit = {
                "reference_id": params["reference"],
                "custom_id": params["metadata"]["fynlo_payment"],
                "amount": {
                    "currency_code": params["currency"],
                    "value": self.amount_of(params, provider),
                },
            }
            asked = {"intent": "CAPTURE", "purchase_units": [unit]}
            return self._order(provider, "POST", _ORDERS, json=asked, idempotency_key=key)

    def confirm_intent(self, ref, _params, key):
        """Capture an order that the guest has approved."""
        with self.provider() as provider:
            path = f"{_ORDERS}/{ref}/capture"
            outcome = self._order(provider, "POST", path, json={}, idempotency_key=key)
        if outcome.code == "ORDER_ALREADY_CAPTURED":
            return self.read_intent(ref)
        if outcome.code in _DECLINES:  # the guest may approve it with another card
            return replace(outcome, kind="declined", code=outcome.code.lower())
        return outcome

    def cancel_intent(self, ref, _params, _key):
        """Let an order lapse: what the guest approves is not captured any more."""
        outcome = self.read_intent(ref)
        if outcome.state not in ("requires_action", "declined"):
            return outcome
        return Outcome("answered", {**outcome.values, "state": "canceled"})

    def read_intent(self, ref):
        """Read an order as it is now."""
        with self.provider() as provider:
            told = doubt(self._order(provider, "GET", f"{_ORDERS}/{ref}"))
        # A read tells how it is; it refuses nothing.
        return replace(told, kind="answered") if told.kind == "declined" else told

    def _order(self, provider, method, path, **asked):
        order, trouble = ask(lambda: provider._send_api_request(method, path, **asked), _issue_of)
        return trouble or whole(lambda: _outcome_of(order, provider))


def _issue_of(response):
    try:
        return response.json()["details"][0]["issue"][:60]
    except (ValueError, LookupError, TypeError):
        return "invalid_request"


def _outcome_of(order, provider):
    unit = (order.get("purchase_units") or [{}])[0]
    capture = _told_most((unit.get("payments") or {}).get("captures") or [{}])
    state = _CAPTURES.get(capture.get("status")) or _ORDER_STATES.get(order["status"])
    state = state or "requires_action"
    told = capture.get("amount") or unit.get("amount") or {}
    name = told.get("currency_code") or provider.company_id.currency_id.name
    currency = provider.env["res.currency"].search([("name", "=", name)])
    amount = round(float(told.get("value") or 0) * 10**currency.decimal_places)
    is_open = state == "requires_action"
    values = {
        "ref": order["id"], "state": state, "amount": amount, "currency": name.lower(),
        "capturable": 0, "received": amount if state == "succeeded" else 0,
        "client_secret": order["id"] if is_open else None,
        "next_action": "paypal_order" if is_open else None,
        "charge": capture.get("id"), "decline_code": None,
        "metadata": {"fynlo_payment": unit.get("custom_id") or ""},
    }  # fmt: skip
    return Outcome("declined" if state == "declined" else "answered", values, _code(state))


def _told_most(captures):
    """Return the capture that tells what became of an order: a declined one tells the least."""
    ranks = {status: rank for rank, status in enumerate(_CAPTURES)}
    return min(captures, key=lambda each: ranks.get(each.get("status"), len(ranks)))


def _code(state):
    return "declined" if state == "declined" else ""
