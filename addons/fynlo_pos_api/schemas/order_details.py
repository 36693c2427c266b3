"""An order with all that belongs to it."""

from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Reply, UtcInstant, from_odoo_datetime

from ..engine.money import to_minor
from .orders import NamedView, OrderSummary
from .quotes import LineKind, ModifierView, TaxView


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
            refunded_total=to_minor(line._fynlo_refunded_total(), currency),
            unit_price=to_minor(line.price_unit, currency),
            discount_percent=line.discount,
            subtotal=to_minor(line._fynlo_amount("price_subtotal"), currency),
            total=to_minor(line._fynlo_amount("price_subtotal_incl"), currency),
            modifiers=[
                ModifierView(id=value.fynlo_uuid, name=value.name, custom_value=words.get(value))
                for value in chosen
            ],
            note=line.customer_note or None,
            kind=line.fynlo_kind,
            seat=line.fynlo_seat or None,
            comp_reason=line.fynlo_comp_reason or None,
            course=line.course_id.index or None,
            sent_quantity=line.fynlo_sent_quantity,
        )


def _is_modifier(value):
    """The values that make a variant are part of the product."""
    return value.attribute_id.create_variant == "no_variant"


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


class RefundSummary(Reply):
    """A refund of an order; ``total`` is below zero."""

    id: str
    reference: str
    occurred_at: UtcInstant
    total: int

    @classmethod
    def of(cls, refund):
        """Build it from one ``pos.order``."""
        return cls(
            id=refund.uuid,
            reference=refund.pos_reference or refund.name,
            occurred_at=from_odoo_datetime(refund.date_order),
            total=to_minor(refund.amount_total, refund.currency_id),
        )


class DeliveryAddressView(Reply):
    """Where an order goes; latitude and longitude are ``None`` until somebody has set them."""

    id: str
    name: str
    phone: str | None
    street1: str | None
    street2: str | None
    postal_code: str | None
    city: str | None
    state: str | None
    country: str | None
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, partner):
        """Build it from one ``res.partner``; ``None`` from none."""
        if not partner:
            return None
        is_located = partner.partner_latitude or partner.partner_longitude
        return cls(
            id=partner.fynlo_uuid,
            name=partner.name or partner.parent_id.name,
            phone=partner.phone or partner.parent_id.phone or None,
            street1=partner.street or None,
            street2=partner.street2 or None,
            postal_code=partner.zip or None,
            city=partner.city or None,
            state=partner.state_id.code or None,
            country=partner.country_id.code or None,
            latitude=partner.partner_latitude if is_located else None,
            longitude=partner.partner_longitude if is_located else None,
        )


class ShareView(Reply):
    """A part of a bill that is split by amount."""

    id: str
    number: int
    amount: int
    amount_paid: int

    @classmethod
    def of(cls, share):
        """Build it from one ``fynlo.order.share``."""
        currency = share.order_id.currency_id
        return cls(
            id=share.fynlo_uuid,
            number=share.number,
            amount=to_minor(share.amount, currency),
            amount_paid=to_minor(sum(share.payment_ids.mapped("amount")), currency),
        )


class OrderView(OrderSummary):
    """An order with all that belongs to it; ``refundOf`` is the sale that a refund belongs to."""

    session_id: str
    guest_count: int
    customer_name: str | None
    scheduled_at: UtcInstant | None
    delivery_address: DeliveryAddressView | None
    tip: int
    split_from: str | None
    merged_into: str | None
    shares: list[ShareView]
    refund_of: str | None
    refunds: list[RefundSummary]
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
        order._fynlo_read_ahead()
        currency = order.currency_id
        total, tax = (to_minor(order[name], currency) for name in ("amount_total", "amount_tax"))
        paid = to_minor(order.amount_paid, currency)
        is_open = order.state == "draft"
        return cls(
            **cls._values(order),
            session_id=order.session_id.fynlo_uuid,
            guest_count=order.customer_count,
            customer_name=order.floating_order_name or None,
            scheduled_at=from_odoo_datetime(order.preset_time),
            delivery_address=DeliveryAddressView.of(order.fynlo_delivery_address_id),
            tip=to_minor(order.tip_amount, currency),
            split_from=order.fynlo_split_from_id.uuid or None,
            merged_into=order.fynlo_merged_into_id.uuid or None,
            shares=[ShareView.of(share) for share in order.fynlo_share_ids],
            refund_of=order.lines.refunded_orderline_id.order_id[:1].uuid or None,
            refunds=[RefundSummary.of(each) for each in order._fynlo_refund_orders().sorted("id")],
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
        is_known = any(payments.mapped("fynlo_change"))  # not of a sale of the web POS
        views = []
        for payment in payments.filtered(lambda each: not each.is_change):
            own_change = to_minor(payment.fynlo_change, currency)
            if not is_known and payment.payment_method_id.is_cash_count:
                own_change = min(change, max(to_minor(payment.amount, currency), 0))
                change -= own_change
            views.append(PaymentView.of(payment, own_change, currency))
        return views
