"""The unit price of a product under a pricelist, found the way the web POS finds it.

The web POS does not ask the server for prices: it holds the rules and applies them itself
(``getPrice`` in ``point_of_sale/static/src/app/models/accounting/product_template_accounting.js``).
Its result is what a customer would have paid there, so it is what the API must charge.
"""

from dataclasses import dataclass
from datetime import datetime

from odoo.tools.float_utils import float_round


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """What a rule may look at. Prices are per unit of measure, in the store's currency.

    :ivar category_ids: the product's category and all its parents
    :ivar list_price: public price of the variant, surcharges of its own attributes included
    """

    id: int
    template_id: int
    category_ids: frozenset
    list_price: float
    cost: float


@dataclass(frozen=True, slots=True)
class PriceRule:
    """One rule of a pricelist; the fields are those of ``product.pricelist.item``."""

    compute_price: str
    base: str
    base_pricelist_id: int | None
    min_quantity: float
    fixed_price: float
    percent_price: float
    price_discount: float
    price_round: float
    price_surcharge: float
    price_min_margin: float
    price_max_margin: float
    product_id: int | None
    template_id: int | None
    category_id: int | None
    date_start: datetime | None
    date_end: datetime | None

    def applies(self, product, quantity, now):
        """Tell whether the rule prices ``quantity`` of ``product`` at the instant ``now``."""
        if self.min_quantity and quantity < self.min_quantity:
            return False
        if self.date_start and now < self.date_start or self.date_end and now > self.date_end:
            return False
        if self.product_id:
            return self.product_id == product.id
        if self.template_id:
            return self.template_id == product.template_id
        return not self.category_id or self.category_id in product.category_ids


class PriceRules:
    """The rules of the pricelists that a store may use.

    :param rules: rules of each pricelist by its id, in Odoo's order: the first that applies wins
    """

    def __init__(self, rules):
        self._rules = rules
        each = [rule for of_list in rules.values() for rule in of_list]
        self._bounds = [rule.date_start for rule in each if rule.date_start]
        self._bounds += [rule.date_end for rule in each if rule.date_end]

    def count_passed(self, now):
        """Return how many beginnings and ends of rules lie before ``now``: prices hold between."""
        return sum(bound < now for bound in self._bounds)

    def find_price(self, pricelist_id, product, quantity, now, extra=0.0):
        """Return the price of one unit, not rounded.

        :param pricelist_id: ``None`` for the public price
        :param quantity: quantity of the line, for rules that ask a minimum
        :param now: naive UTC ``datetime``
        :param extra: surcharge of the chosen modifiers
        """
        price = product.list_price + extra
        if not pricelist_id:
            return price
        for rule in self._rules.get(pricelist_id, ()):
            if rule.applies(product, quantity, now):
                return self._apply(rule, product, quantity, now, price)
        return price

    def _apply(self, rule, product, quantity, now, price):
        if rule.compute_price == "fixed":
            return rule.fixed_price
        if rule.base == "pricelist" and rule.base_pricelist_id:
            # Modifiers are not handed down to the base pricelist: the web POS does the same.
            price = self.find_price(rule.base_pricelist_id, product, quantity, now)
        elif rule.base == "standard_price":
            price = product.cost
        if rule.compute_price == "percentage":
            return price - price * (rule.percent_price / 100)
        return _apply_formula(rule, price)


def _apply_formula(rule, base):
    price = base - base * (rule.price_discount / 100)
    if rule.price_round:
        price = float_round(price, precision_rounding=rule.price_round)
    price += rule.price_surcharge
    if rule.price_min_margin:
        price = max(price, base + rule.price_min_margin)
    if rule.price_max_margin:
        price = min(price, base + rule.price_max_margin)
    return price
