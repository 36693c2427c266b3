"""Several tenders that pay one order: all of them, or none."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    MinorAmount,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field, field_validator

from .payments import Channel, GatewayMethod
from .stored_value import GiftCardCode

TransactionState = Literal[
    "processing", "requires_action", "succeeded", "canceling", "canceled", "parked"
]
TenderState = Literal[
    "waiting", "requires_action", "processing", "authorized", "succeeded", "declined", "canceled",
    "returned", "unknown", "failed",
]  # fmt: skip
_Amount = Annotated[MinorAmount, Field(gt=0)]


class TenderCreate(Body):
    """One tender. ``amount`` pays the order and ``tip`` comes on top; ``tendered`` is cash.

    A card says its ``channel``; without ``paymentMethod`` the till confirms it with the gateway's
    SDK. Its payment has the id of the tender. A gift card has its ``code``; an eWallet is the
    order's customer's.
    """

    id: UUID
    method: UUID
    amount: _Amount
    tip: MinorAmount = 0
    tendered: MinorAmount | None = None
    share: UUID | None = None
    channel: Channel | None = None
    payment_method: GatewayMethod | None = None
    code: GiftCardCode = None

    @property
    def reference(self):
        """Slips of terminals that no gateway drives are no part of a transaction."""
        return None


class TransactionCreate(Body):
    """Body of ``POST /payments/transactions``; the same one again goes on with it."""

    id: UUID
    order_id: UUID
    tenders: Annotated[list[TenderCreate], Field(min_length=1, max_length=20)]

    @field_validator("tenders")
    @classmethod
    def _check_ids(cls, tenders):
        if len({tender.id for tender in tenders}) != len(tenders):
            raise ValueError("each tender needs an id of its own")
        return tenders


class TenderView(Reply):
    """A tender; ``returned`` is cash that has to be handed out again.

    ``card`` is the end of a gift card's code.
    """

    id: str
    method: str
    amount: int
    tip: int
    tendered: int | None
    state: TenderState
    channel: Channel | None
    client_secret: str | None
    next_action: str | None
    decline_code: str | None
    card: str | None

    @classmethod
    def of(cls, tender):
        """Build it from one ``fynlo.payment.tender``, sudoed."""
        last = tender.transaction_id._fynlo_last_told()
        is_waiting = tender.progress == "requires_action"
        return cls(
            id=tender.fynlo_uuid,
            method=tender.method_id.fynlo_uuid,
            amount=tender.amount_minor,
            tip=tender.tip_minor,
            tendered=tender.tendered_minor if tender.kind == "cash" else None,
            state=tender.progress,
            channel=tender.channel or None,
            client_secret=last.client_secret or None if is_waiting else None,
            next_action=last.next_action or None if is_waiting else None,
            decline_code=last.code or None if tender.progress == "declined" else None,
            card=tender.card_masked or None,
        )


class TransactionView(Reply):
    """A transaction; ``expiresAt`` is when it is given up unless its cards are authorised.

    ``parked``: some money was taken and the rest cannot be; a manager decides. ``reason`` tells
    why it was given up or parked.
    """

    id: str
    order_id: str
    state: TransactionState
    reason: str | None
    expires_at: UtcInstant
    tenders: list[TenderView]

    @classmethod
    def of(cls, split):
        """Build it from one ``fynlo.payment.split``, sudoed."""
        return cls(
            id=split.fynlo_uuid,
            order_id=split.order_id.uuid,
            state=split._fynlo_shown_state(),
            reason=split.code or None,
            expires_at=from_odoo_datetime(split.expires_at),
            tenders=[TenderView.of(tender) for tender in split.tender_ids],
        )
