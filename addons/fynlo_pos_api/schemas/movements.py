"""What came to a store and what left it."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    PageQuery,
    PageReply,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field

from .drawers import EmployeeName
from .inventory import Reason


class MovementQuery(PageQuery):
    """Query string of ``GET /inventory/movements``, the latest first; bounds are included."""

    product: UUID | None = None
    from_: Annotated[UtcInstant | None, Field(alias="from")] = None
    to: UtcInstant | None = None


class MovementView(Reply):
    """Goods that came (``quantity`` above zero) or went; ``reason`` is of an adjustment."""

    product_id: str
    name: str
    quantity: float
    unit: str
    at: UtcInstant
    kind: Literal["sale", "return", "adjustment", "other"]
    reason: Reason | None
    note: str | None
    reference: str | None
    lot: str | None
    employee: EmployeeName | None

    @classmethod
    def of(cls, line, is_incoming):
        """Build it from one ``stock.move.line``, sudoed."""
        move, quantity = line.move_id, line.quantity_product_uom
        kind = "adjustment" if move.is_inventory else "other"
        if line.picking_id.pos_session_id:
            kind = "return" if is_incoming else "sale"
        return cls(
            product_id=line.product_id.fynlo_uuid,
            name=line.product_id.display_name,
            quantity=quantity if is_incoming else -quantity,
            unit=line.product_id.uom_id.name,
            at=from_odoo_datetime(line.date),
            kind=kind,
            reason=move.fynlo_reason or None,
            note=move.fynlo_note or None,
            reference=line.reference or None,
            lot=line.lot_id.name or None,
            employee=EmployeeName.of(move.fynlo_employee_id),
        )


class MovementPage(PageReply):
    """A page of movements."""

    movements: list[MovementView]

    @classmethod
    def of(cls, lines, incoming, total, query):
        """Build it from the move lines of one page, those that came, and the number of all."""
        views = [MovementView.of(line, line in incoming) for line in lines]
        return cls(movements=views, **cls.paging(total, query))
