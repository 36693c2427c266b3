"""A cart after pricing."""

from dataclasses import dataclass, field

from .book import Modifier, PriceBook, ProductEntry


@dataclass(slots=True)
class PricedLine:
    """One line as Odoo will store it. Amounts are in the store's currency.

    :ivar parent: index of the combo's own line, ``None`` for a line of its own
    :ivar modifiers: the chosen :class:`Modifier` and the guest's own words, if any
    :ivar tax_ids: taxes of the product
    :ivar applied_tax_ids: taxes after the fiscal position
    :ivar kind: ``item``, or what the server adds: ``tip``, ``service_charge``, ``difference``
    :ivar seat: number of the guest's seat, 0 for none
    :ivar comp_reason: why it is given for free, ``""`` if it is not
    :ivar is_price_fixed: somebody set the price by hand; no rule changes it
    :ivar subtotal: without tax
    :ivar total: with tax
    """

    uuid: str
    product: ProductEntry
    quantity: float
    unit_price: float
    discount: float
    tax_ids: tuple
    applied_tax_ids: tuple
    surcharge: float = 0.0
    modifiers: list[tuple[Modifier, str | None]] = field(default_factory=list)
    note: str = ""
    parent: int | None = None
    combo_option_id: int | None = None
    is_price_fixed: bool = False
    kind: str = "item"
    seat: int = 0
    comp_reason: str = ""
    subtotal: float = 0.0
    total: float = 0.0

    @property
    def full_name(self):
        """The name a receipt shows, built as the web POS builds it."""
        words = [name for _id, name in self.product.variant_values]
        for modifier, custom in self.modifiers:
            if modifier.is_custom:
                words.append(f"{modifier.attribute_name}: {modifier.name}: {custom or ''}")
            else:
                words.append(modifier.name)
        return f"{self.product.name} ({', '.join(words)})" if words else self.product.name


@dataclass(slots=True)
class TaxShare:
    """What one tax adds up to over the cart."""

    tax_id: int
    uuid: str
    name: str
    base: float
    amount: float


@dataclass(slots=True)
class PricedCart:
    """A cart with everything that the server decided.

    :ivar party_size: of the party whose bill it is a part of, 0 for none
    :ivar tip: what the guest gives on top
    :ivar extra_uuids: ``{kind: id}`` of lines that the server added before
    :ivar total: what the guest owes, rounded to coins where the store rounds every total
    :ivar cash_total: what the guest owes when paying in cash
    :ivar rounding: the part of ``total`` that rounding to coins added
    """

    book: PriceBook
    order_type: str
    preset_id: int | None
    pricelist_id: int | None
    fiscal_position_id: int | None
    partner_id: int | None
    lines: list[PricedLine]
    guest_count: int = 0
    party_size: int = 0
    tip: float = 0.0
    is_service_waived: bool = False
    extra_uuids: dict = field(default_factory=dict)
    taxes: list[TaxShare] = field(default_factory=list)
    untaxed: float = 0.0
    tax: float = 0.0
    total: float = 0.0
    rounding: float = 0.0

    @property
    def cash_total(self):
        """What the guest owes when paying in cash."""
        rounding = self.book.cash_rounding
        return rounding.round(self.total) if rounding else self.total
