"""Presets of a store, and the slots of those that are managed by time."""

from datetime import date
from typing import Annotated, Literal

from odoo.addons.fynlo_base.schemas.base import Query, Reply, UtcInstant
from pydantic import Field, Strict

from .carts import OrderType

_LocalDate = Annotated[date, Strict(False), Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]


class PresetView(Reply):
    """A preset; orders of its type are priced by it.

    With ``usesSlots`` the ``scheduledAt`` of an order is the start of a slot.
    """

    id: str
    name: str
    order_type: OrderType
    identification: Literal["none", "name", "address"]
    uses_slots: bool
    interval_min: int | None
    capacity: int | None

    @classmethod
    def of(cls, preset):
        """Build it from one ``pos.preset``, sudoed."""
        return cls(
            id=preset.fynlo_uuid,
            name=preset.name,
            order_type=preset.fynlo_order_type,
            identification=preset.identification,
            uses_slots=preset.use_timing,
            interval_min=preset.interval_time if preset.use_timing else None,
            capacity=preset.slots_per_interval if preset.use_timing else None,
        )


class PresetList(Reply):
    """All presets by which the store takes orders."""

    presets: list[PresetView]

    @classmethod
    def of(cls, presets):
        """Build it from ``pos.preset`` records, sudoed."""
        return cls(presets=[PresetView.of(preset) for preset in presets])


class SlotQuery(Query):
    """Query string of ``GET /presets/{id}/slots``: a date in the store's time zone, or today."""

    date: _LocalDate | None = None


class SlotView(Reply):
    """A slot; ``free`` is how many orders it still takes."""

    starts_at: UtcInstant
    ends_at: UtcInstant
    capacity: int
    taken: int
    free: int


class SlotList(Reply):
    """The slots of a day, in order; none where nothing is open or the preset knows no slots."""

    preset: PresetView
    date: str
    timezone: str
    slots: list[SlotView]

    @classmethod
    def of(cls, found):
        """Build it from a ``SlotDay``."""
        return cls(
            preset=PresetView.of(found.preset),
            date=found.day.isoformat(),
            timezone=found.timezone,
            slots=[
                SlotView(
                    starts_at=slot.starts_at,
                    ends_at=slot.ends_at,
                    capacity=slot.capacity,
                    taken=slot.taken,
                    free=slot.free,
                )
                for slot in found.slots
            ],
        )
