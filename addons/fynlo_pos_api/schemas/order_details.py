"""An order with all that belongs to it."""

from odoo.addons.fynlo_base.schemas.base import UtcInstant, from_odoo_datetime

from ..engine.order_facts import parse_time
from .order_address import DeliveryAddressView
from .order_parts import (
    OrderLineView,
    PaymentView,
    RefundSummary,
    ShareView,
)
from .orders import OrderSummary
from .quotes import TaxView


class OrderView(OrderSummary):
    """An order with all that belongs to it; ``refundOf`` is the sale that a refund belongs to."""

    session_id: str | None
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
        return cls.of_facts(*order._fynlo_read_facts())

    @classmethod
    def of_facts(cls, facts):
        """Build it from the :class:`OrderFacts` of one order with all that belongs to it."""
        total, tax = facts.to_minor(facts["amount_total"]), facts.to_minor(facts["amount_tax"])
        paid, is_open = facts.to_minor(facts["amount_paid"]), facts["state"] == "draft"
        refund_of = [line["refund_of"] for line in facts.lines if line["refund_of"]]
        return cls(
            **cls._values(facts),
            session_id=facts["session_uuid"],
            guest_count=facts["customer_count"] or 0,
            customer_name=facts["floating_order_name"] or None,
            scheduled_at=from_odoo_datetime(parse_time(facts["preset_time"])),
            delivery_address=DeliveryAddressView.of(facts.address),
            tip=facts.to_minor(facts["tip_amount"] or 0),
            split_from=facts["split_from"],
            merged_into=facts["merged_into"],
            shares=[ShareView.of(share, facts) for share in facts.shares],
            refund_of=refund_of[0] if refund_of else None,
            refunds=[RefundSummary.of(refund, facts) for refund in facts.find_refunds()],
            note=facts["general_customer_note"] or None,
            lines=cls.lines_of(facts),
            taxes=[TaxView(**row) for row in facts["fynlo_taxes"]],
            subtotal=total - tax,
            tax_total=tax,
            amount_due=max(total - paid, 0) if is_open else 0,
            change=facts.to_minor(facts["amount_return"] or 0),
            payments=cls.payments_of(facts),
        )

    @classmethod
    def lines_of(cls, facts):
        """Return the views of its lines."""
        sent, views = facts.count_sent(), []
        for line in facts.lines:
            quantity, per_line = sent.get(line["parent_uuid"] or line["uuid"], 0.0), 1.0
            if line["parent_qty"]:
                per_line = line["qty"] / line["parent_qty"]
            views.append(OrderLineView.of(line, facts, round(quantity * per_line, 6)))
        return views

    @classmethod
    def payments_of(cls, facts):
        """Return the views of its payments, each with the change that it got."""
        change = -sum(
            facts.to_minor(each["amount"]) for each in facts.payments if each["is_change"]
        )
        is_known = any(each["fynlo_change"] for each in facts.payments)  # not of the web POS
        views = []
        for payment in facts.payments:
            if payment["is_change"]:
                continue
            own_change = facts.to_minor(payment["fynlo_change"] or 0)
            if not is_known and payment["method_type"] == "cash":
                own_change = min(change, max(facts.to_minor(payment["amount"]), 0))
                change -= own_change
            views.append(PaymentView.of(payment, facts, own_change))
        return views
