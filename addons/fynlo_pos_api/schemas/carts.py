"""What a till may say about a sale: intents. Prices and totals are the server's."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    LongText,
    MinorAmount,
    Percent,
    Quantity,
    ShortText,
    UtcInstant,
)
from pydantic import Field, field_validator

OrderType = Literal["dine_in", "takeaway", "delivery"]
Seat = Annotated[int, Field(ge=1, le=999)]
GuestCount = Annotated[int, Field(ge=0, le=999)]
CompReason = Annotated[ShortText, Field(min_length=1)]
#: Number of a course; the kitchen gets its lines when it is fired.
Course = Annotated[int, Field(ge=1, le=20)]


class ModifierChoice(Body):
    """A chosen modifier; ``customValue`` holds the guest's words where it takes some."""

    id: UUID
    custom_value: ShortText | None = None


class ComboItemChoice(Body):
    """A chosen item of a combo; ``quantity`` is per combo."""

    combo_item_id: UUID
    quantity: Annotated[int, Field(ge=1, le=100)] = 1
    modifiers: Annotated[list[ModifierChoice], Field(max_length=50)] = []


class CartLine(Body):
    """One line. ``productId`` names a variant; ``compReason`` gives it for free."""

    id: UUID
    product_id: UUID
    quantity: Quantity
    modifiers: Annotated[list[ModifierChoice], Field(max_length=50)] = []
    combo_items: Annotated[list[ComboItemChoice], Field(max_length=50)] = []
    discount_percent: Percent = Decimal(0)
    note: LongText | None = None
    seat: Seat | None = None
    comp_reason: CompReason | None = None
    course: Course | None = None


class Cart(Body):
    """What is being bought, and on which occasion.

    ``serviceCharge: false`` waives what the store adds for service.
    """

    order_type: OrderType
    table_id: UUID | None = None
    customer_id: UUID | None = None
    lines: Annotated[list[CartLine], Field(min_length=1, max_length=300)]
    discount_codes: Annotated[list[ShortText], Field(max_length=20)] = []
    guest_count: GuestCount = 0
    tip: MinorAmount = 0
    service_charge: bool = True

    @field_validator("lines")
    @classmethod
    def _check_ids(cls, lines):
        if len({line.id for line in lines}) != len(lines):
            raise ValueError("each line needs an id of its own")
        return lines


class QuoteRequest(Cart):
    """Body of ``POST /orders/quote``."""

    stated_total: MinorAmount | None = None


class PaymentCreate(Body):
    """A tender. ``amount`` pays the order; ``tendered`` is the cash handed over for it."""

    id: UUID
    method: UUID
    amount: Annotated[MinorAmount, Field(gt=0)]
    tendered: MinorAmount | None = None
    reference: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class OrderPaymentCreate(PaymentCreate):
    """Body of ``POST /orders/{id}/payments``; ``share`` is the part of the bill that it pays."""

    share: UUID | None = None


class Handover(Body):
    """For whom, when and where to: ``deliveryAddressId`` is an address of the customer."""

    customer_name: ShortText | None = None
    scheduled_at: UtcInstant | None = None
    delivery_address_id: UUID | None = None


class OrderCreate(Cart, Handover):
    """Body of ``POST /orders``."""

    id: UUID
    occurred_at: UtcInstant | None = None
    note: LongText | None = None
    payments: Annotated[list[PaymentCreate], Field(max_length=20)] = []
    stated_total: MinorAmount | None = None
    reservation_id: UUID | None = None  # of ``POST /inventory/reservations``: it takes its goods

    @field_validator("payments")
    @classmethod
    def _check_payment_ids(cls, payments):
        if len({payment.id for payment in payments}) != len(payments):
            raise ValueError("each payment needs an id of its own")
        return payments
