"""What may be written of a product, and what a list of products may ask."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    LongText,
    MinorAmount,
    PageQuery,
    Query,
    ShortText,
)
from pydantic import Field, field_validator

from .order_edits import Version

_Name = Annotated[ShortText, Field(min_length=1)]
_Code = Annotated[str, Field(min_length=1, max_length=64)]
_Ids = Annotated[list[UUID], Field(max_length=50)]


class ProductQuery(PageQuery):
    """Query string of ``GET /products``; all filters must hold."""

    query: Annotated[str, Field(max_length=100)] | None = None
    category: UUID | None = None  # and those below it
    barcode: _Code | None = None
    low_stock: bool = False  # only with a variant that is scarce in the store
    active: bool = True
    sort_by: Literal["name", "price", "createdAt"] = "name"
    sort_order: Literal["asc", "desc"] = "asc"


class ImageQuery(Query):
    """Query string of ``GET /products/{id}/image``: the longest side in pixels."""

    size: Literal["128", "256", "512", "1024"] = "512"


class ProductCreate(Body):
    """Body of ``POST /products``. Without ``taxIds`` it bears the company's usual tax."""

    id: UUID
    name: _Name
    price: MinorAmount
    sku: _Code | None = None
    barcode: _Code | None = None
    description: LongText | None = None
    category_ids: _Ids = []
    tax_ids: _Ids | None = None
    stocked: bool = False
    weighed: bool = False
    favourite: bool = False


class ProductUpdate(Body):
    """Body of ``PUT /products/{id}``: what is left out stays, ``null`` takes it away.

    ``active`` brings an archived product back, or archives it.
    """

    version: Version | None = None
    name: _Name | None = None
    price: MinorAmount | None = None
    sku: _Code | None = None
    barcode: _Code | None = None
    description: LongText | None = None
    category_ids: _Ids | None = None
    tax_ids: _Ids | None = None
    stocked: bool | None = None
    weighed: bool | None = None
    favourite: bool | None = None
    active: bool | None = None

    @field_validator(
        "name", "price", "category_ids", "tax_ids", "stocked", "weighed", "favourite", "active"
    )
    @classmethod
    def _check_present(cls, value):
        if value is None:
            raise ValueError("it cannot be taken away")
        return value
