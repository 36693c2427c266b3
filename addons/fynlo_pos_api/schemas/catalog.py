"""The catalog: all that a till needs to build a cart."""

from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Reply

from .carts import OrderType


class CatalogStore(Reply):
    """The store and its currency; ``digits`` are the decimals of a minor unit."""

    id: str
    name: str
    currency: str
    digits: int
    language: str
    tables: bool


class CatalogCategory(Reply):
    """A category of the menu; the order of the list is the order on the screen."""

    id: str
    parent_id: str | None
    name: str
    color: int


class CatalogTax(Reply):
    """A tax; ``amount`` is a share in percent, or minor units of a ``fixed`` one."""

    id: str
    name: str
    type: str
    amount: float
    included: bool


class CatalogMethod(Reply):
    """A payment method."""

    id: str
    name: str
    type: Literal["cash", "card", "account"]
    needs_customer: bool


class CatalogVariant(Reply):
    """What a line names as ``productId``; ``price`` holds without modifiers, for one.

    ``available`` is false while the store has run out of it.
    """

    id: str
    name: str
    values: list[str]
    price: int
    available: bool
    sku: str | None
    barcode: str | None


class CatalogModifier(Reply):
    """A value that a guest may choose; ``custom`` ones take his words."""

    id: str
    name: str
    surcharge: int
    custom: bool


class CatalogChoice(Reply):
    """A question that a product asks."""

    id: str
    name: str
    multiple: bool
    required: bool
    modifiers: list[CatalogModifier]


class CatalogComboItem(Reply):
    """A product that answers a part of a combo."""

    id: str
    product_id: str
    extra_price: int


class CatalogComboPart(Reply):
    """A part of a combo; ``included`` items are within its price."""

    id: str
    name: str
    included: int
    max: int
    items: list[CatalogComboItem]


class CatalogProduct(Reply):
    """A product. Items of combos that are not sold alone are here too, with ``sold`` false."""

    id: str
    name: str
    description: str | None
    type: Literal["product", "combo"]
    sold: bool
    available: bool
    favourite: bool
    category_ids: list[str]
    tax_ids: list[str]
    unit: str
    weighed: bool
    variants: list[CatalogVariant]
    choices: list[CatalogChoice]
    combo: list[CatalogComboPart]


class CatalogView(Reply):
    """Answer of ``GET /catalog``; ``etag`` is that of the reply, without its quotes.

    ``identification`` tells what an order of each type has to say of its guest.
    """

    store: CatalogStore
    order_types: list[OrderType]
    identification: dict[OrderType, Literal["none", "name", "address"]]
    categories: list[CatalogCategory]
    taxes: list[CatalogTax]
    payment_methods: list[CatalogMethod]
    products: list[CatalogProduct]
    etag: str
