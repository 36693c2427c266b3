"""When a refund wants a second person. Amounts are minor units."""

from dataclasses import dataclass

KINDS = ("amount", "share", "age", "same_cashier", "no_receipt")


@dataclass(frozen=True)
class RefundRule:
    """One threshold of a shop.

    :ivar kind: one of :data:`KINDS`
    :ivar limit: minor units, percent or days; what is above it wants a second person
    :ivar approver: the lowest role that may approve it
    """

    kind: str
    limit: float
    approver: str


@dataclass(frozen=True)
class RefundFacts:
    """What the rules look at.

    :ivar so_far: this refund and all earlier ones of the sale
    :ivar total: what the sale has cost
    :ivar age_days: since the sale
    :ivar is_same_cashier: who refunds has taken the sale
    :ivar has_receipt: the guest shows it
    """

    so_far: int
    total: int
    age_days: float
    is_same_cashier: bool
    has_receipt: bool


def find_reasons(facts, rules):
    """Return ``[{"reason", "role", "limit"?}]`` of the rules that a refund meets, in their order.

    :param rules: those that bind who refunds
    """
    return [_reason(rule) for rule in rules if _is_met(facts, rule)]


def _is_met(facts, rule):
    return {
        "amount": lambda: facts.so_far > rule.limit,
        "share": lambda: facts.so_far * 100 > facts.total * rule.limit,
        "age": lambda: facts.age_days > rule.limit,
        "same_cashier": lambda: facts.is_same_cashier,
        "no_receipt": lambda: not facts.has_receipt,
    }[rule.kind]()


def _reason(rule):
    reason = {"reason": rule.kind, "role": rule.approver}
    if rule.kind in ("amount", "share", "age"):
        reason["limit"] = rule.limit
    return reason
