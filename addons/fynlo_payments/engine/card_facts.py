"""What may be kept of a card that a gateway tells: enough to know it again, not to pay with it."""

from odoo.addons.fynlo_base.engine.card_numbers import mask_card_numbers


def card_facts(intent):
    """Return what a PaymentIntent tells of its card and of the risk, ``{}`` if nothing.

    :param intent: ``dict`` with ``latest_charge`` expanded; of a refused card the last error tells.
        Source: https://docs.stripe.com/api/charges/object, .../api/payment_intents/object
    """
    charge = intent.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    error = intent.get("last_payment_error") or {}
    paid_by = charge.get("payment_method_details") or error.get("payment_method") or {}
    card, risk = paid_by.get(paid_by.get("type")) or {}, charge.get("outcome") or {}
    facts = {
        "fingerprint": card.get("fingerprint"),
        "card_country": card.get("country"),
        "card_brand": card.get("brand"),
        "card_last4": card.get("last4"),
        "card_funding": card.get("funding"),
        "risk_level": risk.get("risk_level"),
        "risk_score": risk.get("risk_score"),
        "risk_message": risk.get("seller_message"),
    }
    return {name: _clean(value) for name, value in facts.items() if value}


def without_cards(text):
    """Return what a gateway says, without the number of a card in it."""
    return mask_card_numbers(text)


def _clean(value):
    return mask_card_numbers(value)[:255] if isinstance(value, str) else value
