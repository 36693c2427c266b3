"""What belongs to an order: lines, payments, refunds."""

from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Reply, UtcInstant, from_odoo_datetime

from ..engine.order_facts import parse_time, signed
from .orders import NamedView
from .quotes import LineKind, ModifierView


class OrderLineView(Reply):
    """A line. The items of a combo follow it and name it in ``parentId``."""

    id: str
    parent_id: str | None
    product_id: str
    name: str
    quantity: float
    refunded_quantity: float
    refunded_total: int
    unit_price: int
    discount_percent: float
    subtotal: int
    total: int
    modifiers: list[ModifierView]
    note: str | None
    kind: LineKind
    seat: int | None
    comp_reason: str | None
    course: int | None
    sent_quantity: float

    @classmethod
    def of(cls, line, facts, sent):
        """Build it from a line of :class:`OrderFacts`; ``sent`` is what the kitchen has of it."""
        to_minor = facts.to_minor
        refunded_quantity, refunded_total = facts.find_refunded(line)
        return cls(
            id=line["uuid"],
            parent_id=line["parent_uuid"],
            product_id=line["product_uuid"],
            name=line["full_product_name"],
            quantity=line["qty"],
            refunded_quantity=refunded_quantity,
            refunded_total=to_minor(refunded_total),
            unit_price=to_minor(line["price_unit"]),
            discount_percent=line["discount"] or 0,
            subtotal=to_minor(signed(line, "price_subtotal")),
            total=to_minor(signed(line, "price_subtotal_incl")),
            modifiers=[
                ModifierView(id=row["uuid"], name=row["name"], custom_value=row["custom_value"])
                for row in facts.modifiers[line["id"]]
            ],
            note=line["customer_note"] or None,
            kind=line["fynlo_kind"],
            seat=line["fynlo_seat"] or None,
            comp_reason=line["fynlo_comp_reason"] or None,
            course=line["course"] or None,
            sent_quantity=sent,
        )


class PaymentView(Reply):
    """A payment; what was handed over less the change is ``amount``."""

    id: str
    method: NamedView
    type: Literal["cash", "card", "account"]
    amount: int
    tendered: int
    change: int
    reference: str | None
    paid_at: UtcInstant

    @classmethod
    def of(cls, payment, facts, change):
        """Build it from a payment of :class:`OrderFacts`; ``change`` was given back for it."""
        tendered = facts.to_minor(payment["amount"])
        return cls(
            id=payment["uuid"],
            method=payment["method"],
            type=payment["method_type"],
            amount=tendered - change,
            tendered=tendered,
            change=change,
            reference=payment["reference"],
            paid_at=from_odoo_datetime(parse_time(payment["payment_date"])),
        )


class RefundSummary(Reply):
    """A refund of an order; ``total`` is below zero."""

    id: str
    reference: str
    occurred_at: UtcInstant
    total: int

    @classmethod
    def of(cls, refund, facts):
        """Build it from a refund of :class:`OrderFacts`."""
        return cls(
            id=refund["uuid"],
            reference=refund["reference"],
            occurred_at=from_odoo_datetime(parse_time(refund["date_order"])),
            total=facts.to_minor(refund["amount_total"]),
        )


class ShareView(Reply):
    """A part of a bill that is split by amount."""

    id: str
    number: int
    amount: int
    amount_paid: int

    @classmethod
    def of(cls, share, facts):
        """Build it from a share of :class:`OrderFacts`."""
        return cls(
            id=share["uuid"],
            number=share["number"],
            amount=facts.to_minor(share["amount"]),
            amount_paid=facts.to_minor(share["paid"]),
        )
