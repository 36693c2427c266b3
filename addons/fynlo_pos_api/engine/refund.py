"""What a refund gives back of each line, and by which methods. All amounts are minor units."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor


@dataclass(frozen=True)
class Share:
    """Money of one line; below zero where the line has a negative price.

    :ivar excluded: without tax
    :ivar taxes: ``{tax id: (base, tax)}``
    """

    excluded: int = 0
    taxes: dict = field(default_factory=dict)

    @property
    def tax(self):
        """All of its taxes."""
        return sum(tax for _base, tax in self.taxes.values())

    @property
    def total(self):
        """With tax."""
        return self.excluded + self.tax

    def less(self, other):
        """Return what is left of it without ``other``, another part of the same line."""
        gone = {tax_id: other.taxes.get(tax_id, (0, 0)) for tax_id in self.taxes}
        return Share(
            self.excluded - other.excluded,
            {
                tax_id: (base - gone[tax_id][0], tax - gone[tax_id][1])
                for tax_id, (base, tax) in self.taxes.items()
            },
        )

    def negated(self):
        """Return it with all signs turned."""
        taxes = {tax_id: (-base, -tax) for tax_id, (base, tax) in self.taxes.items()}
        return Share(-self.excluded, taxes)

    def part(self, total):
        """Return the part of it that costs ``total``, each tax in proportion.

        Parts that are taken one after another from what is left add up to the whole exactly.
        """
        if total == self.total:
            return self
        ratio = Fraction(total, self.total)
        taxes = {
            tax_id: (_round(base * ratio), _round(tax * ratio))
            for tax_id, (base, tax) in self.taxes.items()
        }
        excluded = total - sum(tax for _base, tax in taxes.values())
        for tax_id, (base, _tax) in self.taxes.items():
            if base == self.excluded:  # a tax on the plain price, as nearly all are
                taxes[tax_id] = (excluded, taxes[tax_id][1])
        return Share(excluded, taxes)

    def part_for(self, quantity, of_quantity):
        """Return the part of it that belongs to ``quantity`` of ``of_quantity`` goods."""
        return self.part(_round(self.total * _exact(quantity) / _exact(of_quantity)))


def divide(amount, weights):
    """Return ``amount`` divided in proportion to ``weights``, which do not add up to 0.

    Cents that are left over go to those who lost the largest fraction, the first ones first.
    """
    whole = sum(weights)
    exact = [Fraction(amount * weight, whole) for weight in weights]
    parts = [floor(each) for each in exact]
    by_loss = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_loss[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def allocate(amount, left, paid, round_cash):
    """Return ``{method: amount}`` that gives ``amount`` back to how it was paid.

    Cards come before cash: what a terminal charged goes back to the card first. Of the cash so
    much stays as what is kept costs in coins, so that the last refund leaves nothing behind.

    :param left: what was sold and not given back, before this refund
    :param paid: ``{method: what it has paid and not given back}``; ``is_cash`` tells cash
    :param round_cash: rounds an amount of cash to coins that exist
    """
    given, to_give = {}, amount
    for method in paid:
        if not method.is_cash:
            given[method] = min(to_give, max(paid[method], 0))
            to_give -= given[method]
    kept = left - amount - sum(paid[method] - given[method] for method in given)
    kept = round_cash(max(kept, 0))
    # Change that another drawer gave is no cash to give back.
    kept -= sum(min(paid[method], 0) for method in paid if method.is_cash)
    for method in paid:
        if method.is_cash:
            stays = min(kept, max(paid[method], 0))
            given[method] = max(paid[method], 0) - stays
            kept -= stays
    return {method: part for method, part in given.items() if part}


def _exact(quantity):
    """Return a quantity of Odoo, a float with at most six decimals, as the number it means."""
    return Fraction(round(quantity * 10**6), 10**6)


def _round(value):
    """Round half away from zero, as money is."""
    return floor(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)
