"""Card payments of the demo restaurant that were judged.

Of each: name, amount in minor units, state of the payment, decision, review, card, reasons.
"""

_VISA = {"card_brand": "visa", "card_last4": "4242", "card_country": "US", "fingerprint": "demo1"}
_ABROAD = {"card_brand": "mastercard", "card_last4": "4444", "card_country": "BR"}
_ABROAD |= {"fingerprint": "demo2", "risk_level": "elevated", "risk_score": 67}


def _reason(rule, points, seen, limit=0):
    return {"rule": rule, "points": points, "seen": seen, "limit": limit}


CHECKS = (
    ("dinner", 4650, "succeeded", "allow", False, _VISA, ()),
    ("banquet", 68_400, "authorized", "review", "open", _VISA,
     (_reason("unusual_amount", 50, 14.2, 12),)),
    ("second coffee", 550, "succeeded", "review", "approved", _VISA,
     (_reason("duplicate", 60, 1),)),
    ("gift cards", 24_000, "authorized", "review", "declined", _ABROAD,
     (_reason("gateway_elevated", 50, "elevated"), _reason("foreign_card", 20, "BR"))),
    ("tested card", 101, "declined", "deny", False, {},
     (_reason("card_velocity", 80, 6, 5), _reason("foreign_card", 20, "BR"))),
)  # fmt: skip
