"""Cash in X and Z reports. All amounts are integers of minor units."""

from dataclasses import fields, is_dataclass
from datetime import datetime

from odoo.addons.fynlo_base.schemas.base import Reply, UtcInstant, from_odoo_datetime

from ..engine.money import to_minor


class PieceReport(Reply):
    """Coins or notes of one kind in a count."""

    value: int
    quantity: int


class CashReport(Reply):
    """Cash of a drawer; what left it is below zero.

    ``handedOut`` and ``handedBack`` went into the drawers that somebody took and came from those
    that were closed. ``expected`` stays ``null`` until a valid count was made.
    """

    opening: int
    payments: int
    paid_in: int
    paid_out: int
    drops: int
    handed_out: int
    handed_back: int
    expected: int | None
    counted: int | None
    difference: int | None
    reason: str | None
    denominations: list[PieceReport]


class DrawerShiftReport(Reply):
    """One person's shift on a drawer; the one without ``id`` is the session's own cash."""

    id: str | None
    drawer: str
    employee: str | None
    opened_at: UtcInstant | None
    closed_at: UtcInstant | None
    no_sale_count: int
    cash: CashReport


def to_wire(currency, figures):
    """Return a figures object as wire values: floats are amounts of ``currency``."""
    if is_dataclass(figures):
        return {
            each.name: to_wire(currency, getattr(figures, each.name)) for each in fields(figures)
        }
    if isinstance(figures, list):
        return [to_wire(currency, each) for each in figures]
    if isinstance(figures, float):
        return to_minor(figures, currency)
    if isinstance(figures, datetime):
        return from_odoo_datetime(figures)
    return figures
