from odoo.addons.fynlo_base.exceptions import StaleVersionError
from odoo.addons.fynlo_base.http.reply import RawReply
from odoo.addons.fynlo_base.http.route import CASHIER, KITCHEN, MANAGER, api_route
from odoo.http import Controller, request

from ..schemas.availability import AvailabilityView, AvailabilityWrite
from ..schemas.product_bodies import (
    ImageQuery,
    ImageWrite,
    ProductCreate,
    ProductQuery,
    ProductUpdate,
)
from ..schemas.products import ProductPage, ProductView

_CASHIER = {"roles": CASHIER, "store_scoped": True}
_MANAGER = {"roles": MANAGER, "store_scoped": True}


class ProductsController(Controller):
    """Products, one at a time; the catalog has all that a store sells."""

    @api_route("/products", methods=["GET"], query=ProductQuery, reply=ProductPage, **_CASHIER)
    def list_products(self, query):
        """List the products that the company's tills know.

        ``query`` looks into name, SKU and barcode: every word has to be found, in any order; one
        or two letters where a word begins.
        """
        found = request.env["product.template"]._fynlo_search_products(query)
        return ProductPage.of(*found, query)

    @api_route(
        "/products", methods=["POST"], body=ProductCreate, reply=ProductView, status=201, **_MANAGER
    )
    def create_product(self, command):
        """Make a product that the tills sell."""
        product = request.env["product.template"]._fynlo_create_product(command)
        return ProductView.of(product, product._fynlo_details())

    @api_route("/products/<uuid:product_id>", methods=["GET"], reply=ProductView, **_CASHIER)
    def read_product(self, product_id):
        """Read one product with its variants and modifiers at the store's prices."""
        product = request.env["product.template"]._fynlo_find_product(product_id)
        return ProductView.of(product, product._fynlo_details())

    @api_route(
        "/products/<uuid:product_id>",
        methods=["PUT"],
        body=ProductUpdate,
        reply=ProductView,
        errors=(StaleVersionError,),
        **_MANAGER,
    )
    def update_product(self, product_id, command):
        """Change a product; ``active`` archives it or brings it back."""
        product = request.env["product.template"]._fynlo_update_product(product_id, command)
        return ProductView.of(product, product._fynlo_details())

    @api_route("/products/<uuid:product_id>", methods=["DELETE"], **_MANAGER)
    def archive_product(self, product_id):
        """Archive a product: no till sells it any more."""
        request.env["product.template"]._fynlo_archive_product(product_id)

    @api_route(
        "/products/<uuid:product_id>/image",
        methods=["GET"],
        query=ImageQuery,
        reply=RawReply,
        media_type="image/*",
        cached=True,
        **_CASHIER,
    )
    def read_image(self, product_id, query):
        """Read the image of a product: PNG, JPEG, GIF or WebP."""
        return request.env["product.template"]._fynlo_read_image(product_id, query.size)

    @api_route(
        "/products/<uuid:product_id>/image",
        methods=["PUT"],
        body=ImageWrite,
        reply=ProductView,
        errors=(StaleVersionError,),
        **_MANAGER,
    )
    def write_image(self, product_id, command):
        """Give a product its image; 700 KiB and 16 million pixels are enough for any till."""
        product = request.env["product.template"]._fynlo_write_image(product_id, command)
        return ProductView.of(product, product._fynlo_details())

    @api_route("/products/<uuid:product_id>/image", methods=["DELETE"], **_MANAGER)
    def remove_image(self, product_id):
        """Take the image of a product away."""
        request.env["product.template"]._fynlo_remove_image(product_id)

    @api_route(
        "/products/<uuid:product_id>/availability",
        methods=["PUT"],
        body=AvailabilityWrite,
        reply=AvailabilityView,
        roles=KITCHEN,
        store_scoped=True,
    )
    def set_availability(self, product_id, command):
        """Say that the store has run out of a product ("86"), or has it again.

        A product's id means all its variants, a variant's id that one. Other stores sell on. The
        catalog shows it at once; a sale that a till made offline is booked all the same.
        """
        found = request.env["product.product"]._fynlo_set_availability(product_id, command)
        return AvailabilityView.of(product_id, *found)
