from odoo.addons.fynlo_base.http.reply import RawReply
from odoo.addons.fynlo_base.http.route import MANAGER, api_route
from odoo.http import Controller, request

from ..engine.sheet_writer import CSV_TYPE, XLSX_TYPE
from ..exceptions import ExportTooLargeError, ImportOverError
from ..schemas.exports import CustomerExportQuery, OrderExportQuery, ProductExportQuery
from ..schemas.imports import (
    BODY_LIMIT_BYTES,
    ImportCancel,
    ImportCreate,
    ImportErrorPage,
    ImportErrorQuery,
    ImportView,
)

_UPLOAD = {
    "methods": ["POST"],
    "body": ImportCreate,
    "reply": ImportView,
    "roles": MANAGER,
    "store_scoped": True,
    "status": 202,
    "rate": "bulk",
    "body_limit": BODY_LIMIT_BYTES,
}
_DOWNLOAD = {
    "methods": ["GET"],
    "reply": RawReply,
    "roles": MANAGER,
    "store_scoped": True,
    "rate": "bulk",
    "media_type": CSV_TYPE,
    "files": (XLSX_TYPE,),
    "errors": (ExportTooLargeError,),
}


class ImportsController(Controller):
    """Tables in and out: managers bring customers and products, and take them along."""

    @api_route("/imports/customers", **_UPLOAD)
    def import_customers(self, command):
        """Take a file of customers; it is worked off in the background.

        Columns are those of ``GET /exports/customers``. A row with a known ``id`` changes that
        customer where a cell differs, any other row makes one.
        """
        return ImportView.of(request.env["fynlo.import"]._fynlo_upload("customers", command))

    @api_route("/imports/products", **_UPLOAD)
    def import_products(self, command):
        """Take a file of products; it is worked off in the background.

        Columns are those of ``GET /exports/products``; prices are decimals in the store's
        currency.
        """
        return ImportView.of(request.env["fynlo.import"]._fynlo_upload("products", command))

    @api_route(
        "/imports/<uuid:import_id>",
        methods=["GET"],
        reply=ImportView,
        roles=MANAGER,
        store_scoped=True,
    )
    def read_import(self, import_id):
        """Tell how far an import is and what it has done."""
        return ImportView.of(request.env["fynlo.import"]._fynlo_find_import(import_id))

    @api_route(
        "/imports/<uuid:import_id>/errors",
        methods=["GET"],
        query=ImportErrorQuery,
        reply=ImportErrorPage,
        roles=MANAGER,
        store_scoped=True,
    )
    def list_errors(self, import_id, query):
        """List the bad rows of an import with field and reason."""
        found = request.env["fynlo.import"]._fynlo_find_import(import_id)
        return ImportErrorPage.of(*found._fynlo_list_errors(query), query)

    @api_route(
        "/imports/<uuid:import_id>/cancel",
        methods=["POST"],
        body=ImportCancel,
        reply=ImportView,
        roles=MANAGER,
        store_scoped=True,
        errors=(ImportOverError,),
    )
    def cancel_import(self, import_id, command):
        """End an import: at once while it waits; one that runs stops at its next 500 rows.

        All or nothing has then written nothing; what has been written skipping bad rows stays.
        """
        found = request.env["fynlo.import"]._fynlo_find_import(import_id)
        return ImportView.of(found._fynlo_cancel())

    @api_route("/exports/customers", query=CustomerExportQuery, **_DOWNLOAD)
    def export_customers(self, query):
        """Write customers into a CSV or XLSX file; it can be imported again."""
        return request.env["fynlo.sheet.customer"]._fynlo_export(query)

    @api_route("/exports/products", query=ProductExportQuery, **_DOWNLOAD)
    def export_products(self, query):
        """Write products into a CSV or XLSX file; it can be imported again."""
        return request.env["fynlo.sheet.product"]._fynlo_export(query)

    @api_route("/exports/orders", query=OrderExportQuery, **_DOWNLOAD)
    def export_orders(self, query):
        """Write the orders of the store into a CSV or XLSX file, the oldest first."""
        return request.env["fynlo.sheet.order"]._fynlo_export(query)
