"""Products as the API tells of them."""

from typing import Literal

from odoo.addons.fynlo_base.http.route import API_PREFIX
from odoo.addons.fynlo_base.schemas.base import PageReply, Reply, UtcInstant, from_odoo_datetime

from ..engine.money import to_minor
from .catalog import CatalogChoice, CatalogComboPart, CatalogVariant


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
    def of(cls, product):
        """Build it from one ``product.template`` as the model's methods return it."""
        return cls.model_construct(**cls._values(product))

    @classmethod
    def _values(cls, product):
        currency = product.env.company.currency_id
        taxes = product.taxes_id._filter_taxes_by_company(product.env.company)
        image = f"{API_PREFIX}/products/{product.fynlo_uuid}/image"
        return {
            "id": product.fynlo_uuid,
            "name": product.name,
            "type": "combo" if product.type == "combo" else "product",
            "price": to_minor(product.list_price, currency),
            "currency": currency.name,
            "sku": product.default_code or None,
            "barcode": product.barcode or None,
            "active": product.active,
            "available": not product.fynlo_is_out,
            "favourite": product.is_favorite,
            "stocked": product.is_storable,
            "weighed": product.to_weight,
            "category_ids": product.pos_categ_ids.mapped("fynlo_uuid"),
            "tax_ids": taxes.mapped("fynlo_uuid"),
            "image": image if product.fynlo_has_image else None,
            "created_at": from_odoo_datetime(product.create_date),
            "version": product.fynlo_version,
        }


class ProductView(ProductSummary):
    """A product with its variants at the store's prices, and what it asks the guest."""

    description: str | None
    unit: str
    variants: list[CatalogVariant]
    choices: list[CatalogChoice]
    combo: list[CatalogComboPart]

    @classmethod
    def of(cls, product, entry):
        """Build it from one ``product.template`` and its ``CatalogProduct``, if it has one."""
        return cls.model_construct(
            **cls._values(product),
            description=product.description_sale or None,
            unit=product.uom_id.name,
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
        views = [ProductSummary.of(product) for product in products]
        return cls.model_construct(products=views, **cls.paging(total, query))
