"""What a till may say about a refund."""

from typing import Annotated
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, MinorAmount, Quantity
from pydantic import Field, field_validator, model_validator

from .order_edits import Reason

PositiveAmount = Annotated[MinorAmount, Field(gt=0)]


class RefundLine(Body):
    """A line that comes back: ``quantity`` of it, or ``amount`` off its price and no goods.

    A combo comes back by its own line, with its items. ``restock: false`` scraps the goods.
    """

    line_id: UUID
    quantity: Quantity | None = None
    amount: PositiveAmount | None = None
    restock: bool = True

    @model_validator(mode="after")
    def _check_measure(self):
        if (self.quantity is None) == (self.amount is None):
            raise ValueError("name a quantity or an amount")
        return self


class RefundPayment(Body):
    """How money goes back; ``amount`` is above zero."""

    id: UUID
    method: UUID
    amount: PositiveAmount
    reference: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    @property
    def tendered(self):
        """Nobody hands over cash for it."""
        return None


class RefundCreate(Body):
    """Body of ``POST /orders/{id}/refunds``: ``lines``, an ``amount``, or ``all`` that is left.

    Without ``payments`` the money goes back the way it came, cards before cash.
    """

    id: UUID
    lines: Annotated[list[RefundLine], Field(max_length=300)] = []
    all: bool = False
    amount: PositiveAmount | None = None
    restock: bool = True
    payments: Annotated[list[RefundPayment], Field(max_length=20)] = []
    reason: Reason
    with_receipt: bool = True  # the guest shows it
    approval_token: Annotated[str, Field(min_length=1, max_length=4096)] | None = None

    @field_validator("lines")
    @classmethod
    def _check_lines(cls, lines):
        if len({line.line_id for line in lines}) != len(lines):
            raise ValueError("each line comes back once")
        return lines

    @field_validator("payments")
    @classmethod
    def _check_payment_ids(cls, payments):
        if len({payment.id for payment in payments}) != len(payments):
            raise ValueError("each payment needs an id of its own")
        return payments

    @model_validator(mode="after")
    def _check_scope(self):
        if [bool(self.lines), self.all, self.amount is not None].count(True) != 1:
            raise ValueError("name lines, an amount, or all")
        return self
