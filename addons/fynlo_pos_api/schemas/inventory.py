"""Stock: how much there is, and corrections."""

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
)
from pydantic import BeforeValidator, Field, Strict, WithJsonSchema, model_validator

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


class AdjustmentLine(Body):
    """``quantity`` more or fewer, or ``countedQuantity`` that lie there.

    What is tracked by lots names its ``lot``; one that is not known yet is made. ``expiresAt`` is
    the lot's date from now on; a new lot without it expires as the product says.
    """

    product_id: UUID
    quantity: _Change | None = None
    counted_quantity: QuantityOrZero | None = None
    reason: Reason
    lot: Annotated[ShortText, Field(min_length=1)] | None = None
    expires_at: UtcInstant | None = None

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
    """A variant's stock at the store; ``available`` is what can be sold.

    ``expired`` lies there in lots that have to leave the shelf; no sale takes them.
    """

    product_id: str
    name: str
    sku: str | None
    barcode: str | None
    unit: str
    tracking: Literal["none", "lot", "serial"]
    on_hand: float
    pending: float
    reserved: float
    expired: float
    available: float

    @classmethod
    def of(cls, facts, level):
        """Build it from one of ``product.product._fynlo_stock_facts`` and its ``StockLevel``."""
        return cls.model_construct(
            product_id=facts["uuid"],
            name=facts["name"],
            sku=facts["sku"] or None,
            barcode=facts["barcode"] or None,
            unit=facts["unit"],
            tracking=facts["tracking"],
            on_hand=level.on_hand,
            pending=level.pending,
            reserved=level.reserved,
            expired=level.expired,
            available=level.available,
        )


class StockPage(PageReply):
    """A page of stock."""

    products: list[StockView]

    @classmethod
    def of(cls, products, levels, total, query):
        """Build it from products, ``StockLevel`` by product, the number of all, and the query."""
        views = [StockView.of(each, levels[each["id"]]) for each in products._fynlo_stock_facts()]
        return cls.model_construct(products=views, **cls.paging(total, query))


class AdjustmentView(Reply):
    """Answer of ``POST /inventory/adjustments``: the stock after it."""

    id: str
    products: list[StockView]

    @classmethod
    def of(cls, uuid, products, levels):
        """Build it from the products that were adjusted and their ``StockLevel``."""
        views = [StockView.of(each, levels[each["id"]]) for each in products._fynlo_stock_facts()]
        return cls(id=str(uuid), products=views)
