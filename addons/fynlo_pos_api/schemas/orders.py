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

from ..engine.money import to_minor
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
    def of(cls, order):
        """Build it from one ``pos.order``."""
        return cls(**cls._values(order))

    @classmethod
    def _values(cls, order):
        currency = order.currency_id
        return {
            "id": order.uuid,
            "reference": order.pos_reference or order.name,
            "tracking_number": order.tracking_number or None,
            "state": order.fynlo_state,
            "payment_state": order.fynlo_payment_state,
            "version": order.fynlo_version,
            "order_type": order.fynlo_order_type or None,
            "table": NamedView.of(order.table_id),
            "customer": NamedView.of(order.partner_id),
            # An employee's public id is no secret, his file is: only these two are shown.
            "employee": NamedView.of(order.employee_id.sudo()),
            "device": NamedView.of(order.fynlo_device_id),
            "occurred_at": from_odoo_datetime(order.date_order),
            "currency": currency.name,
            "total": to_minor(order.amount_total, currency),
            "amount_paid": to_minor(order.amount_paid, currency),
            "price_difference": to_minor(order.fynlo_price_difference, currency),
        }


class OrderPage(PageReply):
    """A page of orders."""

    orders: list[OrderSummary]

    @classmethod
    def of(cls, orders, total, query):
        """Build it from the ``pos.order`` of one page, the number of all, and the query."""
        return cls(
            orders=[OrderSummary.of(order) for order in orders],
            **cls.paging(total, query),
        )
