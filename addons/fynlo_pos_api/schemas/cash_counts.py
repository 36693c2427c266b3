"""Counts of cash: by coins and notes, or as one sum."""

from typing import Annotated
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    LongText,
    MinorAmount,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field, field_validator

from ..engine.money import to_minor


class Denomination(Body):
    """Coins or notes of one kind; ``value`` of one piece in minor units."""

    value: Annotated[MinorAmount, Field(gt=0)]
    quantity: Annotated[int, Field(ge=0, le=100_000)]


class CountedCash(Body):
    """What was found: the sum, the pieces, or both; then they must agree."""

    counted_cash: MinorAmount | None = None
    denominations: Annotated[list[Denomination], Field(max_length=50, validate_default=True)] = []

    @field_validator("denominations")
    @classmethod
    def _check_sum(cls, denominations, info):
        values = [each.value for each in denominations]
        if len(set(values)) < len(values):
            raise ValueError("a coin or note is named twice")
        if "counted_cash" not in info.data:
            return denominations
        counted = info.data["counted_cash"]
        if counted is None and not denominations:
            raise ValueError("send countedCash, the denominations, or both")
        if denominations and counted not in (None, _total(denominations)):
            raise ValueError("the denominations do not add up to countedCash")
        return denominations

    @property
    def total_minor(self):
        """The sum, in minor units."""
        if self.counted_cash is None:
            return _total(self.denominations)
        return self.counted_cash

    def pieces(self):
        """Return ``[{"value", "quantity"}]``, the largest first, without what is not there."""
        found = sorted(self.denominations, key=lambda each: -each.value)
        return [each.model_dump() for each in found if each.quantity]


class CashCountCreate(CountedCash):
    """Body of ``POST /sessions/current/count``."""

    id: UUID
    note: LongText | None = None


class CashCountView(Reply):
    """A count as it was made; the expected figure is not told."""

    id: str
    counted_cash: int
    currency: str
    counted_at: UtcInstant

    @classmethod
    def of(cls, count):
        """Build it from one ``fynlo.cash.count``."""
        return cls(
            id=count.fynlo_uuid,
            counted_cash=to_minor(count.counted, count.currency_id),
            currency=count.currency_id.name,
            counted_at=from_odoo_datetime(count.create_date),
        )


class DenominationView(Reply):
    """A coin or note that the store counts; ``value`` in minor units."""

    value: int
    name: str


class DenominationList(Reply):
    """The coins and notes of the store's currency, the smallest first."""

    currency: str
    denominations: list[DenominationView]

    @classmethod
    def of(cls, store, bills):
        """Build it from the store and ``{value in minor units: pos.bill}``."""
        return cls(
            currency=store.currency_id.name,
            denominations=[
                DenominationView(value=value, name=bill.name or f"{bill.value:g}")
                for value, bill in sorted(bills.items())
            ],
        )


def _total(denominations):
    return sum(each.value * each.quantity for each in denominations)
