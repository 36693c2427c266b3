"""Products as the API tells of them."""

from typing import Literal

from odoo.addons.fynlo_base.http.route import API_PREFIX
from odoo.addons.fynlo_base.schemas.base import PageReply, Reply, UtcInstant, from_odoo_datetime

from ..engine.money import to_minor
from .catalog import CatalogChoice, CatalogComboPart
from .product_options import ProductAttribute, ProductVariant


class ProductSummary(Reply):
    """A product in a list; ``price`` is its list price, for one, without modifiers.

    ``sku`` and ``barcode`` are ``null`` where each variant has its own. ``available`` is false
    while the store has run out of all its variants.
    """

    id: str
    name: str
    type: Literal["product", "combo"]
    price: int
    currency: str
    sku: str | None
    barcode: str | None
    active: bool
    available: bool
    favourite: bool
    stocked: bool
    weighed: bool
    category_ids: list[str]
    tax_ids: list[str]
    image: str | None
    created_at: UtcInstant
    version: int

    @classmethod
    def of(cls, facts):
        """Build it from one of ``product.template._fynlo_read_facts``."""
        return cls.model_construct(**cls._values(facts))

    @classmethod
    def _values(cls, facts):
        image = f"{API_PREFIX}/products/{facts['uuid']}/image"
        return {
            "id": facts["uuid"],
            "name": facts["name"],
            "type": "combo" if facts["type"] == "combo" else "product",
            "price": to_minor(facts["list_price"] or 0.0, facts["currency"]),
            "currency": facts["currency"].name,
            "sku": facts["sku"] or None,
            "barcode": facts["barcode"] or None,
            "active": bool(facts["active"]),
            "available": not facts["is_out"],
            "favourite": bool(facts["is_favorite"]),
            "stocked": bool(facts["is_storable"]),
            "weighed": bool(facts["to_weight"]),
            "category_ids": facts["category_uuids"],
            "tax_ids": facts["tax_uuids"],
            "image": image if facts["has_image"] else None,
            "created_at": from_odoo_datetime(facts["create_date"]),
            "version": facts["version"],
        }


class ProductView(ProductSummary):
    """A product with its variants at the store's prices, and what it asks the guest.

    Surcharges of ``attributes`` are in the company's currency, as ``price`` is.
    """

    description: str | None
    unit: str
    attributes: list[ProductAttribute]
    variants: list[ProductVariant]
    choices: list[CatalogChoice]
    combo: list[CatalogComboPart]

    @classmethod
    def of(cls, product, entry):
        """Build it from one ``product.template`` and its ``CatalogProduct``, if it has one."""
        return cls.model_construct(
            **cls._values(*product._fynlo_read_facts()),
            description=product.description_sale or None,
            unit=product.uom_id.name,
            attributes=[ProductAttribute.of(line) for line in product._fynlo_lines("attributes")],
            variants=entry.variants if entry else [],
            choices=entry.choices if entry else [],
            combo=entry.combo if entry else [],
        )


class ProductPage(PageReply):
    """A page of products."""

    products: list[ProductSummary]

    @classmethod
    def of(cls, products, total, query):
        """Build it from the products of one page, the number of all, and the query."""
        views = [ProductSummary.of(facts) for facts in products._fynlo_read_facts()]
        return cls.model_construct(products=views, **cls.paging(total, query))
