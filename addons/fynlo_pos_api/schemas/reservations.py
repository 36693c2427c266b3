"""Goods that are set aside for a cart."""

from typing import Annotated
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    Quantity,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field


class ReservationLine(Body):
    """So many of a variant that is counted."""

    product_id: UUID
    quantity: Quantity


class ReservationCreate(Body):
    """Body of ``POST /inventory/reservations``."""

    id: UUID
    lines: Annotated[list[ReservationLine], Field(min_length=1, max_length=100)]
    ttl_seconds: Annotated[int, Field(ge=1, le=900)] = 300


class ReservedLine(Reply):
    """So many of a variant."""

    product_id: str
    quantity: float


class ReservationView(Reply):
    """A reservation; a sale names its id before it expires."""

    id: str
    expires_at: UtcInstant
    lines: list[ReservedLine]

    @classmethod
    def of(cls, reservation):
        """Build it from one ``fynlo.stock.reservation``, sudoed."""
        lines = [
            ReservedLine(product_id=line.product_id.fynlo_uuid, quantity=line.quantity)
            for line in reservation.line_ids
        ]
        expires_at = from_odoo_datetime(reservation.expires_at)
        return cls(id=reservation.fynlo_uuid, expires_at=expires_at, lines=lines)
