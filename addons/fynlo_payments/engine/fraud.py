"""How suspicious a payment is: points of rules that anybody can read. No Odoo, no learning.

Each rule that holds adds its points; the sum decides. Every reason tells what was seen and what
the limit is.
"""

from dataclasses import dataclass, field

#: Fewer payments than these tell nothing about what is usual in a store.
LEAST_USUAL = 20
#: Fewer refunds than these are no habit.
LEAST_REFUNDS = 5
#: Where all payments are alike, a tenth of the usual one is the least spread.
_LEAST_SPREAD = 0.1

#: What counts how often something has paid: rule and the name of its fact.
VELOCITIES = {
    "card_velocity": "by_card",
    "customer_velocity": "by_customer",
    "device_velocity": "by_device",
    "employee_velocity": "by_employee",
}


@dataclass(frozen=True)
class Rule:
    """One rule of a company.

    :ivar kind: a key of ``DEFAULTS``
    :ivar points: what it adds to the score
    :ivar limit: from where on it holds; its meaning and unit are the kind's
    :ivar window_min: minutes that are looked back
    """

    kind: str
    points: int
    limit: int = 0
    window_min: int = 0


#: The rules of a new company. Their rate of false alarms is measured by ``./fynlo bench``.
DEFAULTS = (
    Rule("card_velocity", 80, limit=5, window_min=60),
    Rule("customer_velocity", 30, limit=6, window_min=60),
    Rule("device_velocity", 40, limit=30, window_min=10),
    Rule("employee_velocity", 30, limit=30, window_min=10),
    Rule("unusual_amount", 50, limit=12, window_min=30 * 24 * 60),
    Rule("foreign_card", 20),
    Rule("duplicate", 60, window_min=2),
    Rule("refund_ratio", 30, limit=20, window_min=7 * 24 * 60),
    Rule("gateway_elevated", 50),
    Rule("gateway_highest", 100),
)
REVIEW_FROM, DENY_FROM = 50, 100


@dataclass(frozen=True)
class Facts:
    """What is known of one payment, amounts in minor units; what nobody knows is 0 or empty.

    :ivar by_card: payments with the same card before this one, within the rule's window; so are
        ``by_customer``, ``by_device`` and ``by_employee``
    :ivar usual_count: recent payments of the store
    :ivar usual_median: the amount in their middle; ``usual_upper``: three quarters are below
    :ivar twins: payments of the same amount with the same card just before, of other orders: of
        the same one they are shares, and more than is owed is refused anyway
    :ivar taken: what the employee has sold; ``given_back``: of that what he has refunded
    :ivar risk_level: the gateway's own word, e.g. ``elevated``
    """

    amount: int
    by_card: int = 0
    by_customer: int = 0
    by_device: int = 0
    by_employee: int = 0
    usual_count: int = 0
    usual_median: float = 0.0
    usual_upper: float = 0.0
    twins: int = 0
    taken: float = 0.0
    given_back: float = 0.0
    refund_count: int = 0
    card_country: str = ""
    home_country: str = ""
    risk_level: str = ""


@dataclass(frozen=True)
class Verdict:
    """What becomes of a payment.

    :ivar decision: ``allow``, ``review`` or ``deny``
    :ivar score: the sum of all points
    :ivar reasons: ``[{"rule", "points", "seen", "limit"}]``, the weightiest first
    """

    decision: str
    score: int
    reasons: list = field(default_factory=list)


def judge(facts, rules, review_from=REVIEW_FROM, deny_from=DENY_FROM):
    """Return the :class:`Verdict` on a payment.

    :param rules: the :class:`Rule` objects that count
    :param review_from: score from which a person looks at it; ``deny_from``: nobody takes it
    """
    reasons = []
    for rule in rules:
        seen = _look(rule, facts)
        if seen is not None:
            reasons.append(
                {"rule": rule.kind, "points": rule.points, "seen": seen, "limit": rule.limit}
            )
    reasons.sort(key=lambda reason: -reason["points"])
    score = sum(reason["points"] for reason in reasons)
    decision = "deny" if score >= deny_from else "review" if score >= review_from else "allow"
    return Verdict(decision, score, reasons)


def _look(rule, facts):
    """Return what a rule has seen if it holds, else ``None``."""
    if rule.kind in VELOCITIES:
        count = getattr(facts, VELOCITIES[rule.kind]) + 1  # with this one
        return count if count > rule.limit else None
    return _LOOKS[rule.kind](rule, facts)


def _look_at_amount(rule, facts):
    """Tell how many spreads the amount lies above the middle.

    The spread is that of the upper half: what guests pay has a long tail on that side.
    """
    if facts.usual_count < LEAST_USUAL:
        return None
    spread = max(facts.usual_upper - facts.usual_median, _LEAST_SPREAD * facts.usual_median, 1)
    spreads = (facts.amount - facts.usual_median) / spread
    return round(spreads, 1) if spreads > rule.limit else None


def _look_at_country(_rule, facts):
    is_foreign = facts.card_country and facts.home_country not in ("", facts.card_country)
    return facts.card_country if is_foreign else None


def _look_at_refunds(rule, facts):
    if facts.refund_count < LEAST_REFUNDS or facts.taken <= 0:
        return None
    percent = round(100 * facts.given_back / facts.taken)
    return percent if percent > rule.limit else None


def _look_at_risk(level):
    return lambda _rule, facts: level if facts.risk_level == level else None


_LOOKS = {
    "unusual_amount": _look_at_amount,
    "foreign_card": _look_at_country,
    "duplicate": lambda _rule, facts: facts.twins or None,
    "refund_ratio": _look_at_refunds,
    "gateway_elevated": _look_at_risk("elevated"),
    "gateway_highest": _look_at_risk("highest"),
}
