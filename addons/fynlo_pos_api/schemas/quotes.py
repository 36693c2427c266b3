"""A priced cart."""

from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Reply


class ModifierView(Reply):
    """A chosen modifier."""

    id: str
    name: str
    custom_value: str | None


class TaxView(Reply):
    """What one tax adds up to."""

    id: str
    name: str
    base: int
    amount: int


LineKind = Literal["item", "tip", "service_charge", "difference"]


class PricedLineView(Reply):
    """A line with its price. The items of a combo follow it and name it in ``parentId``."""

    id: str
    parent_id: str | None
    product_id: str
    name: str
    quantity: float
    unit_price: int
    discount_percent: float
    subtotal: int
    total: int
    modifiers: list[ModifierView]
    note: str | None
    kind: LineKind
    seat: int | None
    comp_reason: str | None

    @classmethod
    def of(cls, line, cart):
        """Build it from one line of a priced cart."""
        to_minor = cart.book.currency.to_minor
        return cls(
            id=line.uuid,
            parent_id=None if line.parent is None else cart.lines[line.parent].uuid,
            product_id=line.product.uuid,
            name=line.full_name,
            quantity=line.quantity,
            unit_price=to_minor(line.unit_price),
            discount_percent=line.discount,
            subtotal=to_minor(line.subtotal),
            total=to_minor(line.total),
            modifiers=[
                ModifierView(id=modifier.uuid, name=modifier.name, custom_value=words)
                for modifier, words in line.modifiers
            ],
            note=line.note or None,
            kind=line.kind,
            seat=line.seat or None,
            comp_reason=line.comp_reason or None,
        )


class QuoteView(Reply):
    """Answer of ``POST /orders/quote``.

    ``total`` is what is owed, ``cashTotal`` what is owed when all of it is paid in cash.
    """

    currency: str
    lines: list[PricedLineView]
    taxes: list[TaxView]
    subtotal: int
    tax_total: int
    rounding: int
    total: int
    cash_total: int

    @classmethod
    def of(cls, cart):
        """Build it from a priced cart."""
        to_minor = cart.book.currency.to_minor
        return cls(
            currency=cart.book.currency.code,
            lines=[PricedLineView.of(line, cart) for line in cart.lines],
            taxes=[
                TaxView(
                    id=tax.uuid, name=tax.name, base=to_minor(tax.base), amount=to_minor(tax.amount)
                )
                for tax in cart.taxes
            ],
            subtotal=to_minor(cart.untaxed),
            tax_total=to_minor(cart.tax),
            rounding=to_minor(cart.rounding),
            total=to_minor(cart.total),
            cash_total=to_minor(cart.cash_total),
        )
