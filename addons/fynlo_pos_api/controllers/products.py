from odoo.addons.fynlo_base.http.route import KITCHEN, api_route
from odoo.http import Controller, request

from ..schemas.availability import AvailabilityView, AvailabilityWrite


class ProductsController(Controller):
    """Products, one at a time; the catalog has all of them."""

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
