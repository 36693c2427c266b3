"""Orders as a till reads them."""

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
from .quotes import ModifierView, TaxView

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


def _is_modifier(value):
    """The values that make a variant are part of the product."""
    return value.attribute_id.create_variant == "no_variant"


class NamedView(Reply):
    """Somebody or something that an order names."""

    id: str
    name: str

    @classmethod
    def of(cls, record):
        """Build it from one record with a public id; ``None`` from none."""
        return cls(id=record.fynlo_uuid, name=record.display_name) if record else None


class OrderLineView(Reply):
    """A line. The items of a combo follow it and name it in ``parentId``."""

    id: str
    parent_id: str | None
    product_id: str
    name: str
    quantity: float
    refunded_quantity: float
    unit_price: int
    discount_percent: float
    subtotal: int
    total: int
    modifiers: list[ModifierView]
    note: str | None

    @classmethod
    def of(cls, line, currency):
        """Build it from one ``pos.order.line``."""
        words = {
            each.custom_product_template_attribute_value_id: each.custom_value
            for each in line.custom_attribute_value_ids
        }
        chosen = line.attribute_value_ids.filtered(_is_modifier)
        return cls(
            id=line.uuid,
            parent_id=line.combo_parent_id.uuid or None,
            product_id=line.product_id.fynlo_uuid,
            name=line.full_product_name or line.product_id.display_name,
            quantity=line.qty,
            refunded_quantity=line.refunded_qty,
            unit_price=to_minor(line.price_unit, currency),
            discount_percent=line.discount,
            subtotal=to_minor(line.price_subtotal, currency),
            total=to_minor(line.price_subtotal_incl, currency),
            modifiers=[
                ModifierView(id=value.fynlo_uuid, name=value.name, custom_value=words.get(value))
                for value in chosen
            ],
            note=line.customer_note or None,
        )


class PaymentView(Reply):
    """A payment; what was handed over less the change is ``amount``."""

    id: str
    method: NamedView
    type: Literal["cash", "card"]
    amount: int
    tendered: int
    change: int
    reference: str | None
    paid_at: UtcInstant

    @classmethod
    def of(cls, payment, change, currency):
        """Build it from one ``pos.payment``; ``change`` was given back for it."""
        tendered = to_minor(payment.amount, currency)
        return cls(
            id=payment.uuid,
            method=NamedView.of(payment.payment_method_id),
            type="cash" if payment.payment_method_id.is_cash_count else "card",
            amount=tendered - change,
            tendered=tendered,
            change=change,
            reference=payment.fynlo_reference or payment.transaction_id or None,
            paid_at=from_odoo_datetime(payment.payment_date),
        )


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


class OrderView(OrderSummary):
    """An order with all that belongs to it."""

    session_id: str
    note: str | None
    lines: list[OrderLineView]
    taxes: list[TaxView]
    subtotal: int
    tax_total: int
    amount_due: int
    change: int
    payments: list[PaymentView]

    @classmethod
    def of(cls, order):
        """Build it from one ``pos.order``."""
        currency = order.currency_id
        total, tax = (to_minor(order[name], currency) for name in ("amount_total", "amount_tax"))
        paid = to_minor(order.amount_paid, currency)
        is_open = order.state == "draft"
        return cls(
            **cls._values(order),
            session_id=order.session_id.fynlo_uuid,
            note=order.general_customer_note or None,
            lines=[OrderLineView.of(line, currency) for line in order.lines.sorted("id")],
            taxes=[TaxView(**tax) for tax in order._fynlo_tax_lines()],
            subtotal=total - tax,
            tax_total=tax,
            amount_due=max(total - paid, 0) if is_open else 0,
            change=to_minor(order.amount_return, currency),
            payments=cls._payments(order, currency),
        )

    @classmethod
    def _payments(cls, order, currency):
        payments = order.payment_ids.sorted("id")
        change = -sum(to_minor(each.amount, currency) for each in payments if each.is_change)
        views = []
        for payment in payments.filtered(lambda each: not each.is_change):
            own_change = 0
            if payment.payment_method_id.is_cash_count:
                own_change = min(change, max(to_minor(payment.amount, currency), 0))
                change -= own_change
            views.append(PaymentView.of(payment, own_change, currency))
        return views


class OrderPage(PageReply):
    """A page of orders."""

    orders: list[OrderSummary]

    @classmethod
    def of(cls, orders, total, query):
        """Build it from the ``pos.order`` of one page, the number of all, and the query."""
        return cls(
            orders=[OrderSummary.of(order) for order in orders],
            total=total,
            page=query.page,
            limit=query.limit,
            total_pages=-(-total // query.limit),
        )
