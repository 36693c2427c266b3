"""Lots: what lies there of which, and when it expires."""

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


class LotQuery(PageQuery):
    """Query string of ``GET /inventory/lots``; all filters must hold.

    ``expired`` lots are past the instant at which they have to leave the shelf. Those that expire
    ``expiringWithinDays`` are also those that have.
    """

    query: Annotated[str, Field(max_length=100)] | None = None
    product: UUID | None = None
    expired: bool | None = None
    expiring_within_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    sort_by: Literal["expiresAt", "name", "quantity"] = "expiresAt"
    sort_order: Literal["asc", "desc"] = "asc"


class LotView(Reply):
    """A lot in one place of the store.

    ``alert`` is ``soon`` from the product's alert on, ``remove`` from the instant on at which no
    sale takes the lot any more, and ``expired`` in the end. Goods without a date have none.
    """

    product_id: str
    name: str
    sku: str | None
    barcode: str | None
    unit: str
    lot: str
    location: str
    quantity: float
    reserved: float
    expires_at: UtcInstant | None
    remove_at: UtcInstant | None
    alert: Literal["none", "soon", "remove", "expired"]

    @classmethod
    def of(cls, row):
        """Build it from one ``fynlo.lot.stock``."""
        return cls.model_construct(
            product_id=row.product_id.fynlo_uuid,
            name=row.product_id.display_name,
            sku=row.product_id.default_code or None,
            barcode=row.product_id.barcode or None,
            unit=row.uom_name,
            lot=row.lot_name,
            location=row.location_id.display_name,
            quantity=row.quantity,
            reserved=row.reserved,
            expires_at=from_odoo_datetime(row.expires_at),
            remove_at=from_odoo_datetime(row.remove_at),
            alert=row.alert,
        )


class LotPage(PageReply):
    """A page of lots."""

    lots: list[LotView]

    @classmethod
    def of(cls, rows, total, query):
        """Build it from the rows of one page, the number of all, and the query."""
        views = [LotView.of(row) for row in rows]
        return cls.model_construct(lots=views, **cls.paging(total, query))
