"""The payment sheet that a guest sees, as Apple's frameworks take it.

Source: https://developer.apple.com/documentation/applepayontheweb/applepaypaymentrequest
"""

import base64

from .apple_pay_token import application_data

#: Card networks by their code in Odoo.
NETWORKS = {
    "amex": "amex",
    "cartes_bancaires": "cartesBancaires",
    "discover": "discover",
    "elo": "elo",
    "jcb": "jcb",
    "mada": "mada",
    "maestro": "maestro",
    "mastercard": "masterCard",
    "unionpay": "chinaUnionPay",
    "visa": "visa",
}
#: 3-D Secure is what every token needs; kinds of cards are left to the networks.
CAPABILITIES = ["supports3DS"]


def to_text(minor, digits):
    """Return minor units as the decimal text that Apple takes, e.g. ``"2.75"``."""
    sign, minor = ("-", -minor) if minor < 0 else ("", minor)
    if not digits:
        return f"{sign}{minor}"
    whole, part = divmod(minor, 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}"


def make_items(lines, order_total, amount, paid_label):
    """Return ``(label, minor)`` of each line, in all exactly ``amount``.

    What is paid otherwise, a cash rounding, or a tip on top is one line of its own.

    :param lines: ``(label, minor)`` of the order's lines, taxes included
    """
    rest = order_total - sum(minor for _label, minor in lines)
    items = [*lines, *([("Rounding", rest)] if rest else ())]
    if amount != order_total:
        items.append((paid_label, amount - order_total))
    return items


def make_request(facts, items, amount):
    """Return the payment request as a JSON-ready dict.

    :param facts: ``order_uuid``, ``merchant``, ``name``, ``country`` and ``currency`` (ISO codes),
        ``digits`` of the currency, ``networks`` (Apple's names), ``more`` keys of the request
    :param items: of :func:`make_items`
    """
    digits = facts["digits"]
    return {
        "merchantIdentifier": facts["merchant"],
        "countryCode": facts["country"],
        "currencyCode": facts["currency"],
        "supportedNetworks": facts["networks"],
        "merchantCapabilities": CAPABILITIES,
        "lineItems": [_item(label, minor, digits) for label, minor in items],
        "total": _item(facts["name"], amount, digits),
        "applicationData": base64.b64encode(application_data(facts["order_uuid"])).decode(),
        **facts["more"],
    }


def _item(label, minor, digits):
    return {"label": label, "amount": to_text(minor, digits), "type": "final"}
