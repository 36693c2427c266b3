from odoo.addons.fynlo_base.http.reply import BytesReply
from odoo.addons.fynlo_base.http.route import DEVICE_OR_STAFF, api_route
from odoo.http import Controller, request

from ..schemas.catalog import CatalogView


class CatalogController(Controller):
    """What the store sells."""

    @api_route(
        "/catalog", methods=["GET"], reply=CatalogView, roles=DEVICE_OR_STAFF, store_scoped=True
    )
    def read_catalog(self):
        """Read all that the store sells, as one document with an ETag."""
        return BytesReply(*request.env["fynlo.catalog"]._fynlo_read())
