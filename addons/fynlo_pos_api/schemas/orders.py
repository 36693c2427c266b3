"""Orders in a list, and what a list may ask."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    PageQuery,
    PageReply,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field

from ..engine.order_facts import parse_time
from .carts import OrderType

OrderState = Literal[
    "draft", "sent", "preparing", "ready", "served", "completed", "held", "cancelled"
]
PaymentState = Literal["unpaid", "partial", "paid", "partially_refunded", "refunded"]


class OrderQuery(PageQuery):
    """Query string of ``GET /orders``; ``from`` and ``to`` bound the instant of the sale."""

    state: OrderState | None = None
    from_: Annotated[UtcInstant | None, Field(alias="from")] = None
    to: UtcInstant | None = None
    table: UUID | None = None
    customer: UUID | None = None
    employee: UUID | None = None
    sort_by: Literal["occurredAt", "total"] = "occurredAt"
    sort_order: Literal["asc", "desc"] = "desc"


class NamedView(Reply):
    """Somebody or something that an order names."""

    id: str
    name: str

    @classmethod
    def of(cls, record):
        """Build it from one record with a public id; ``None`` from none."""
        return cls(id=record.fynlo_uuid, name=record.display_name) if record else None


class OrderSummary(Reply):
    """An order in a list."""

    id: str
    reference: str
    tracking_number: str | None
    state: OrderState
    payment_state: PaymentState
    version: int
    order_type: OrderType | None
    table: NamedView | None
    customer: NamedView | None
    employee: NamedView | None
    device: NamedView | None
    occurred_at: UtcInstant
    currency: str
    total: int
    amount_paid: int
    price_difference: int

    @classmethod
    def of(cls, facts):
        """Build it from the :class:`OrderFacts` of one order."""
        return cls(**cls._values(facts))

    @classmethod
    def _values(cls, facts):
        return {
            "id": facts["uuid"],
            "reference": facts["reference"],
            "tracking_number": facts["tracking_number"] or None,
            "state": facts["fynlo_state"],
            "payment_state": facts.find_payment_state(),
            "version": facts["fynlo_version"],
            "order_type": facts["fynlo_order_type"] or None,
            "table": facts["table"],
            "customer": facts["customer"],
            "employee": facts["employee"],
            "device": facts["device"],
            "occurred_at": from_odoo_datetime(parse_time(facts["date_order"])),
            "currency": facts["currency"]["code"],
            "total": facts.to_minor(facts["amount_total"]),
            "amount_paid": facts.to_minor(facts["amount_paid"]),
            "price_difference": facts.to_minor(facts["fynlo_price_difference"] or 0),
        }


class OrderPage(PageReply):
    """A page of orders."""

    orders: list[OrderSummary]

    @classmethod
    def of(cls, orders, total, query):
        """Build it from the ``pos.order`` of one page, the number of all, and the query."""
        return cls(
            orders=[OrderSummary.of(facts) for facts in orders._fynlo_read_rows()],
            **cls.paging(total, query),
        )
