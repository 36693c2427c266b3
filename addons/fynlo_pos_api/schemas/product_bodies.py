"""What may be written of a product, and what a list of products may ask."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    LongText,
    MinorAmount,
    PageQuery,
    Query,
)
from pydantic import Field, field_validator

from ..engine.picture import FILE_LIMIT_BYTES
from .order_edits import Version
from .product_options import Attributes, Choices, Code, Name, Variants
from .strict_base64 import STRICT_BASE64

_Ids = Annotated[list[UUID], Field(max_length=50)]


class ProductQuery(PageQuery):
    """Query string of ``GET /products``; all filters must hold."""

    query: Annotated[str, Field(max_length=100)] | None = None
    category: UUID | None = None  # and those below it
    barcode: Code | None = None
    low_stock: bool = False  # only with a variant that is scarce in the store
    active: bool = True
    sort_by: Literal["name", "price", "createdAt"] = "name"
    sort_order: Literal["asc", "desc"] = "asc"


class ImageQuery(Query):
    """Query string of ``GET /products/{id}/image``: the longest side in pixels."""

    size: Literal["128", "256", "512", "1024"] = "512"


class ImageWrite(Body):
    """Body of ``PUT /products/{id}/image``: a PNG, JPEG or WebP file in base64."""

    version: Version | None = None
    content: Annotated[bytes, STRICT_BASE64, Field(min_length=1, max_length=FILE_LIMIT_BYTES)]


class ProductCreate(Body):
    """Body of ``POST /products``. Without ``taxIds`` it bears the company's usual tax.

    ``attributes`` make variants, all of them at once; ``variants`` says what is each one's own.
    ``choices`` are asked at the till.
    """

    id: UUID
    name: Name
    price: MinorAmount
    sku: Code | None = None
    barcode: Code | None = None
    description: LongText | None = None
    category_ids: _Ids = []
    tax_ids: _Ids | None = None
    stocked: bool = False
    weighed: bool = False
    favourite: bool = False
    attributes: Attributes = []
    choices: Choices = []
    variants: Variants = []


class ProductUpdate(Body):
    """Body of ``PUT /products/{id}``: what is left out stays, ``null`` takes it away.

    ``active`` brings an archived product back, or archives it. ``attributes`` and ``choices`` are
    all that there are afterwards; what is known by its id, or its name, stays. ``variants`` not
    named in it stay as they are.
    """

    version: Version | None = None
    name: Name | None = None
    price: MinorAmount | None = None
    sku: Code | None = None
    barcode: Code | None = None
    description: LongText | None = None
    category_ids: _Ids | None = None
    tax_ids: _Ids | None = None
    stocked: bool | None = None
    weighed: bool | None = None
    favourite: bool | None = None
    active: bool | None = None
    attributes: Attributes | None = None
    choices: Choices | None = None
    variants: Variants | None = None

    @field_validator(
        "name", "price", "category_ids", "tax_ids", "stocked", "weighed", "favourite", "active",
        "attributes", "choices", "variants",
    )  # fmt: skip
    @classmethod
    def _check_present(cls, value):
        if value is None:
            raise ValueError("it cannot be taken away")
        return value
