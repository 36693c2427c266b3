"""How often the fraud rules of a new company bother honest guests, on generated payments.

Four weeks of a restaurant with three tills: two rushes a day, regulars, rounds at the bar on one
card, tourists, cards that are declined and tried again, shares of a bill. Between them what the
rules are for: cards that are tested, a stolen card, a till that charges twice. Every card is known
before it is judged, and nobody gives anything back. Nothing of it is measured at a real till; with
other guests the figures are others. Needs no server: ``python bench/fraud.py`` will do.
"""

import random
import sys
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addons" / "fynlo_payments"))

from engine.fraud import DEFAULTS, VELOCITIES, Facts, judge

DAYS = 28
_DAY_S = 86_400
_MOST_USUAL = 500
_WINDOWS = {rule.kind: 60 * rule.window_min for rule in DEFAULTS}


@dataclass(frozen=True)
class Payment:
    """One attempt; ``kind`` is ``honest`` or what is wrong with it."""

    at: float
    amount: int
    card: str
    country: str
    till: int
    employee: int
    order: int = 0
    customer: str = ""
    is_refused: bool = False
    kind: str = "honest"


class House:
    """Makes the payments of some days."""

    def __init__(self, seed):
        self.draw, self.cards, self.orders = random.Random(seed), 0, 0

    def new_card(self):
        """Return a card nobody has seen, and its country: of eight guests one is a tourist."""
        self.cards += 1
        return f"card-{self.cards}", "FR" if self.draw.random() < 0.12 else "US"

    def honest(self, day, guests):
        """Return the payments of a day."""
        draw, found = self.draw, []
        for _ in range(guests):
            at = day * _DAY_S + draw.choice((12.5, 19.5)) * 3600 + draw.gauss(0, 3600)
            till, amount = draw.randrange(3), int(100 * draw.lognormvariate(3.1, 0.7))
            card, country = self.new_card()
            customer = ""
            if draw.random() < 0.2:  # of sixty regulars one
                number = draw.randrange(60)
                card, country, customer = f"regular-{number}", "US", f"customer-{number}"
            who = (card, country, till, 2 * till + (at % _DAY_S > 16 * 3600), customer)
            found += self.visit(at, amount, who)
        return found

    def visit(self, at, amount, who):
        """Return what one guest pays: mostly once."""
        card, country, till, employee, customer = who

        def pay(later, amount, order=None, **more):
            self.orders += order is None
            who = (card, country, till, employee, order or self.orders, customer)
            return Payment(at + later, amount, *who, **more)

        way = self.draw.random()
        if way < 0.03:  # a wrong code, then the right one
            refused = pay(0, amount, is_refused=True)
            return [refused, pay(40, amount, refused.order)]
        if way < 0.06:  # rounds at the bar
            rounds = self.draw.randrange(2, 6)
            return [pay(1500 * n, self.draw.randrange(600, 3000)) for n in range(rounds)]
        if way < 0.07:  # one of them pays two equal shares
            share = pay(0, amount // 2)
            return [share, pay(45, amount // 2, share.order)]
        if way < 0.075:  # another of the same, at the counter
            return [pay(0, amount), pay(90, amount)]
        return [pay(0, amount)]

    def crooked(self, day):
        """Return what is wrong on a day."""
        draw, at = self.draw, day * _DAY_S + 15 * 3600
        kind = draw.choice(("tested", "stolen", "twice"))
        card, _country = self.new_card()
        who = {"till": draw.randrange(3), "employee": draw.randrange(6), "kind": kind}
        if kind == "tested":  # one card, small amounts, one after the other
            return [Payment(at + 20 * n, 100 + n, card, "BR", is_refused=n % 3 > 0, **who)
                    for n in range(15)]  # fmt: skip
        if kind == "stolen":
            return [Payment(at + 600 * n, 40_000 + 900 * n, card, "BR", **who) for n in range(3)]
        first = Payment(at, 2750, card, "US", order=-1, **{**who, "kind": "honest"})
        return [first, Payment(at + 15, 2750, card, "US", order=-2, **who)]


class Memory:
    """Answers, for payments in their order, what the suite's one SQL statement answers."""

    def __init__(self):
        self.times, self.twins, self.amounts = defaultdict(list), defaultdict(list), []

    def facts(self, payment):
        """Return the ``Facts`` of a payment, its card known."""
        counts = {
            name: self._count(self.times[name, who], payment.at - _WINDOWS[kind])
            for kind, name in VELOCITIES.items()
            for who in [_who(payment)[name]]
            if who != ""
        }
        usual = self.amounts[-_MOST_USUAL:]
        _low, median, upper = quantiles(usual, n=4) if len(usual) > 1 else (0, 0, 0)
        twins = self.twins[payment.card, payment.amount]
        since = payment.at - _WINDOWS["duplicate"]
        return Facts(
            amount=payment.amount, usual_count=len(usual), usual_median=median, usual_upper=upper,
            twins=sum(at > since and order != payment.order for at, order in twins),
            card_country=payment.country, home_country="US", risk_level="normal", **counts,
        )  # fmt: skip

    def add(self, payment, decision):
        """Remember an attempt."""
        for name, who in _who(payment).items():
            self.times[name, who].append(payment.at)
        if decision != "deny":
            self.amounts.append(payment.amount)
            if not payment.is_refused:
                self.twins[payment.card, payment.amount].append((payment.at, payment.order))

    @staticmethod
    def _count(times, since):
        return len(times) - bisect_left(times, since)


def _who(payment):
    return {"by_card": payment.card, "by_customer": payment.customer,
            "by_device": payment.till, "by_employee": payment.employee}  # fmt: skip


def run(days=DAYS, seed=94):
    """Return the shares of reviewed and denied payments, by what they are."""
    house, memory = House(seed), Memory()
    payments = [each for day in range(days) for each in house.honest(day, guests=260)]
    payments += [each for day in range(7, days) for each in house.crooked(day)]
    tally, rules = defaultdict(lambda: defaultdict(int)), defaultdict(int)
    for payment in sorted(payments, key=lambda each: each.at):
        verdict = judge(memory.facts(payment), DEFAULTS)
        memory.add(payment, verdict.decision)
        tally[payment.kind][verdict.decision] += 1
        if payment.kind == "honest" and verdict.decision != "allow":
            for reason in verdict.reasons:
                rules[reason["rule"]] += 1
    report = {kind: _shares(counts) for kind, counts in sorted(tally.items())}
    return {**report, "honest, because of": dict(rules)}


def _shares(counts):
    total = sum(counts.values())
    shares = {f"{name} %": round(100 * counts[name] / total, 2) for name in ("review", "deny")}
    return {"payments": total, **shares}


if __name__ == "__main__":
    for name, figures in run().items():
        print(f"{name:<20} {figures}")
