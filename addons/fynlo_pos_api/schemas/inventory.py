"""Stock: how much there is, what changed it, and corrections."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    QUANTITY_LIMIT,
    Body,
    PageQuery,
    PageReply,
    QuantityOrZero,
    Reply,
    ShortText,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import BeforeValidator, Field, Strict, WithJsonSchema, model_validator

from .drawers import EmployeeName

Reason = Literal["count", "received", "returned", "damaged", "expired", "waste", "theft", "other"]


def _check_number(value):
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not value:
        raise ValueError("a number other than zero is needed")
    return value


_Change = Annotated[
    Decimal,
    Strict(False),
    Field(ge=-QUANTITY_LIMIT, le=QUANTITY_LIMIT, decimal_places=6),
    BeforeValidator(_check_number),
    WithJsonSchema({"type": "number"}),
]


class InventoryQuery(PageQuery):
    """Query string of ``GET /inventory``: products that are counted, by name."""

    query: Annotated[str, Field(max_length=100)] | None = None
    barcode: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    low_stock: bool = False  # only what is scarce: at its threshold of the store, or below


class MovementQuery(PageQuery):
    """Query string of ``GET /inventory/movements``, the latest first; bounds are included."""

    product: UUID | None = None
    from_: Annotated[UtcInstant | None, Field(alias="from")] = None
    to: UtcInstant | None = None


class AdjustmentLine(Body):
    """``quantity`` more or fewer, or ``countedQuantity`` that lie there."""

    product_id: UUID
    quantity: _Change | None = None
    counted_quantity: QuantityOrZero | None = None
    reason: Reason
    lot: Annotated[ShortText, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _check_one(self):
        if (self.quantity is None) == (self.counted_quantity is None):
            raise ValueError("either quantity or countedQuantity is needed")
        return self


class AdjustmentCreate(Body):
    """Body of ``POST /inventory/adjustments``; all of its lines are booked, or none."""

    id: UUID
    lines: Annotated[list[AdjustmentLine], Field(min_length=1, max_length=200)]
    note: ShortText | None = None


class StockView(Reply):
    """A variant's stock at the store; ``available`` is what can be sold."""

    product_id: str
    name: str
    sku: str | None
    barcode: str | None
    unit: str
    on_hand: float
    pending: float
    reserved: float
    available: float

    @classmethod
    def of(cls, product, level):
        """Build it from one ``product.product`` and its ``StockLevel``."""
        return cls.model_construct(
            product_id=product.fynlo_uuid,
            name=product.display_name,
            sku=product.default_code or None,
            barcode=product.barcode or None,
            unit=product.uom_id.name,
            on_hand=level.on_hand,
            pending=level.pending,
            reserved=level.reserved,
            available=level.available,
        )


class StockPage(PageReply):
    """A page of stock."""

    products: list[StockView]

    @classmethod
    def of(cls, products, levels, total, query):
        """Build it from products, ``StockLevel`` by product, the number of all, and the query."""
        views = [StockView.of(product, levels[product.id]) for product in products]
        return cls.model_construct(products=views, **cls.paging(total, query))


class AdjustmentView(Reply):
    """Answer of ``POST /inventory/adjustments``: the stock after it."""

    id: str
    products: list[StockView]

    @classmethod
    def of(cls, uuid, products, levels):
        """Build it from the products that were adjusted and their ``StockLevel``."""
        views = [StockView.of(product, levels[product.id]) for product in products]
        return cls(id=str(uuid), products=views)


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
