"""Money that goes back to a card, over the gateway that has taken it."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    MinorAmount,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)
from odoo.addons.fynlo_pos_api.schemas.order_edits import Reason
from pydantic import Field


class PaymentRefundCreate(Body):
    """Body of ``POST /payments/{id}/refunds``: an amount, or all of the payment that is left.

    It is money alone; goods come back with ``POST /orders/{id}/refunds``.
    """

    id: UUID
    amount: Annotated[MinorAmount, Field(gt=0)] | None = None
    reason: Reason
    with_receipt: bool = True  # the guest shows it
    approval_token: Annotated[str, Field(min_length=1, max_length=4096)] | None = None


class RefundPart(Reply):
    """What goes back to one payment."""

    payment_id: str
    amount: int
    state: Literal["unknown", "processing", "succeeded", "failed"]
    gateway_code: str | None


class PaymentRefundView(Reply):
    """A refund over a gateway; once it is booked, ``refundOrderId`` is its order.

    ``partial``: of several cards one was refused; what went back is booked, the rest was not given.
    """

    id: str
    order_id: str
    amount: int
    currency: str
    state: Literal["unknown", "succeeded", "partial", "failed", "returned"]
    reason: str
    payments: list[RefundPart]
    booked: bool
    booking_error: str | None
    refund_order_id: str | None
    created_at: UtcInstant

    @classmethod
    def of(cls, refund):
        """Build it from one ``fynlo.payment.refund``, sudoed."""
        return cls.model_construct(
            id=refund.fynlo_uuid,
            order_id=refund.order_id.uuid,
            amount=refund.amount_minor,
            currency=refund.currency_id.name,
            state=refund._fynlo_told_state(),
            reason=refund.reason,
            payments=[_part(operation) for operation in refund.operation_ids.sorted("id")],
            booked=bool(refund.booked_at),
            booking_error=refund.booking_error or None,
            refund_order_id=refund.refund_order_id.uuid or None,
            created_at=from_odoo_datetime(refund.create_date),
        )


def _part(operation):
    states = {"prepared": "unknown", "canceled": "failed", "declined": "failed"}
    return RefundPart.model_construct(
        payment_id=operation.transaction_id.fynlo_uuid,
        amount=operation.amount_minor,
        state=states.get(operation.state, operation.state),
        gateway_code=operation.code or None,
    )
