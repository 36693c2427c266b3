"""How the price of a combo is shared among the items that were chosen.

The web POS does this in ``computeComboItems`` (``point_of_sale/static/src/app/models/utils/
compute_combo_items.js``). The shares decide how much of the price bears which tax.
"""

from collections import defaultdict
from dataclasses import dataclass

from .book import ComboOption, Modifier


@dataclass(frozen=True, slots=True)
class ComboChoice:
    """One item of a combo as the guest chose it.

    :ivar base_price: the weight of the question that the item answers
    :ivar quantity: how many in one combo
    :ivar modifiers: the chosen modifiers with the guest's words
    """

    option: ComboOption
    base_price: float
    quantity: float
    modifiers: tuple[tuple[Modifier, str | None], ...] = ()

    @property
    def surcharge(self):
        """Extra price per unit: the item's own and its modifiers'."""
        return self.option.extra_price + sum(modifier.surcharge for modifier, _ in self.modifiers)


@dataclass(frozen=True, slots=True)
class ComboShare:
    """The part of a combo's price that one item bears; ``unit_price`` is not rounded."""

    choice: ComboChoice
    quantity: float
    unit_price: float


def share_combo_price(combo_price, choices, free_quantities, round_amount):
    """Return the shares of ``choices``: those within the price first, then the paid extras.

    The last share within the price takes the cents that rounding left over.

    :param combo_price: price of one combo
    :param free_quantities: how many items the price includes, by question
    :param round_amount: rounds to the store's currency
    """
    # The web POS goes through a combo in the order of the database ids.
    choices = sorted(choices, key=lambda choice: (choice.option.question_id, choice.option.id))
    included, extras = _split_free(choices, free_quantities)
    weight = sum(choice.base_price * quantity for choice, quantity in included)
    shares, remaining = [], combo_price
    for index, (choice, quantity) in enumerate(included, start=1):
        unit = round_amount(choice.base_price * combo_price / weight) if weight else 0.0
        remaining -= unit * quantity
        if index == len(included):
            unit += remaining  # per unit, as in the web POS, also when it stands for several
        shares.append(ComboShare(choice, quantity, unit + choice.surcharge))
    for choice, quantity in extras:
        unit = round_amount(choice.base_price) + choice.surcharge
        shares.append(ComboShare(choice, quantity, unit))
    return shares


def _split_free(choices, free_quantities):
    included, extras = [], []
    used = defaultdict(float)
    for choice in choices:
        question_id = choice.option.question_id
        free = min(choice.quantity, free_quantities[question_id] - used[question_id])
        if free > 0:
            used[question_id] += free
            included.append((choice, free))
        if choice.quantity > max(free, 0):
            extras.append((choice, choice.quantity - max(free, 0)))
    return included, extras
