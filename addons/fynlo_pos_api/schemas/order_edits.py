"""What may be changed on an open order, and the steps of its life."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    LongText,
    MinorAmount,
    Percent,
    QuantityOrZero,
    ShortText,
)
from pydantic import Field, field_validator, model_validator

from .carts import (
    CartLine,
    ComboItemChoice,
    CompReason,
    Course,
    GuestCount,
    Handover,
    ModifierChoice,
    OrderType,
    Seat,
)

Version = Annotated[int, Field(ge=1)]
Reason = Annotated[ShortText, Field(min_length=1)]


class LinePatch(Body):
    """A new line, or what changes on one: what is left out stays. ``quantity`` 0 removes it.

    Product, modifiers and items of a combo are chosen once; for others remove the line and add one.
    """

    id: UUID
    product_id: UUID | None = None
    quantity: QuantityOrZero | None = None
    modifiers: Annotated[list[ModifierChoice], Field(max_length=50)] = []
    combo_items: Annotated[list[ComboItemChoice], Field(max_length=50)] = []
    discount_percent: Percent | None = None
    note: LongText | None = None
    seat: Seat | None = None
    comp_reason: CompReason | None = None
    course: Course | None = None

    def to_cart_line(self):
        """Return it as a line of a cart; it has a product and a quantity."""
        return CartLine.model_construct(
            id=self.id,
            product_id=self.product_id,
            quantity=self.quantity,
            modifiers=self.modifiers,
            combo_items=self.combo_items,
            discount_percent=self.discount_percent or Decimal(0),
            note=self.note,
            seat=self.seat,
            comp_reason=self.comp_reason,
        )


class OrderPatch(Handover):
    """Body of ``PATCH /orders/{id}``: what is left out stays, ``null`` takes it away."""

    version: Version | None = None
    reason: Reason | None = None
    lines: Annotated[list[LinePatch], Field(max_length=300)] = []
    order_type: OrderType | None = None
    table_id: UUID | None = None
    customer_id: UUID | None = None
    note: LongText | None = None
    guest_count: GuestCount | None = None
    tip: MinorAmount | None = None
    service_charge: bool | None = None

    @field_validator("lines")
    @classmethod
    def _check_ids(cls, lines):
        if len({line.id for line in lines}) != len(lines):
            raise ValueError("each line needs an id of its own")
        return lines


class OrderStep(Body):
    """Body of a step; ``id`` makes it happen once."""

    id: UUID
    version: Version | None = None
    reason: Reason | None = None


class OrderHold(OrderStep):
    """Body of ``POST /orders/{id}/hold``; ``held: false`` takes the order up again."""

    held: bool = True


class OrderSend(OrderStep):
    """Body of ``POST /orders/{id}/send``; ``courses`` are fired with it.

    Left out, the first course is fired if none was before; an empty list fires none.
    """

    courses: Annotated[list[Course], Field(max_length=20)] | None = None


class OrderCancel(OrderStep):
    """Body of ``POST /orders/{id}/cancel``."""

    reason: Reason


class OrderTip(OrderStep):
    """Body of ``POST /orders/{id}/tip``: what the guest gives in all, 0 for nothing.

    ``payment_id`` names the payment that bears it; left out, the first by card does.
    """

    amount: MinorAmount
    payment_id: UUID | None = None


class OrderTransfer(OrderStep):
    """Body of ``POST /orders/{id}/transfer``: a table, an employee or both."""

    table_id: UUID | None = None
    employee_id: UUID | None = None

    @model_validator(mode="after")
    def _check_target(self):
        if not (self.table_id or self.employee_id):
            raise ValueError("name a tableId or an employeeId")
        return self
