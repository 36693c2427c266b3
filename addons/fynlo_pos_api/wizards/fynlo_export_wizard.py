from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime

from ..schemas.exports import CustomerExportQuery, OrderExportQuery, ProductExportQuery

_KINDS = [("customers", "Customers"), ("products", "Products"), ("orders", "Orders")]
_FORMATS = [("xlsx", "Excel (XLSX)"), ("csv", "CSV")]
_SHEETS = {
    "customers": "fynlo.sheet.customer",
    "products": "fynlo.sheet.product",
    "orders": "fynlo.sheet.order",
}


class FynloExportWizard(models.TransientModel):
    """Asks a manager what he wants in a file. The file is made while it is sent, and not kept."""

    _name = "fynlo.export.wizard"
    _description = "Export to a file"

    kind = fields.Selection(_KINDS, "What", required=True, default="customers")
    format = fields.Selection(_FORMATS, required=True, default="xlsx")
    config_id = fields.Many2one(
        "pos.config",
        "Store",
        required=True,
        ondelete="cascade",
        default=lambda self: self._default_store(),
        help="Customers and products are those of the store's company.",
    )
    is_archived = fields.Boolean("Archived Ones Instead")
    from_at = fields.Datetime("From")
    to_at = fields.Datetime("To")

    @api.model
    def _default_store(self):
        """Return the first store of the company that one works in, or of any other."""
        stores = self.env.user._fynlo_stores()
        return stores.filtered(lambda store: store.company_id == self.env.company)[:1] or stores[:1]

    def action_fynlo_download(self):
        """Button of the manager: have the file sent by the browser's own download."""
        self.ensure_one()
        self.env["res.users"]._fynlo_require("manager")
        url = f"/fynlo/exports/{self.id}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _fynlo_make_file(self):
        """Return the file (a ``RawReply``) that the same question gets from the API.

        :raise ExportTooLargeError: more rows than an import takes
        :raise ForbiddenError: the user is no manager, or not of this store, or has not asked
        """
        user, store = self.env.user, self.config_id.sudo()
        stores_sudo = user._fynlo_stores()
        if store not in stores_sudo or self.create_uid != user:
            raise ForbiddenError()
        principal = Principal(
            user_id=user.id,
            company_id=store.company_id.id,
            role=user._fynlo_role() or "",
            session="web",
            store_ids=tuple(stores_sudo.ids),
            store_id=store.id,
        )
        context = {CONTEXT_KEY: principal, "allowed_company_ids": store.company_id.ids}
        return self.env[_SHEETS[self.kind]].with_context(**context)._fynlo_export(self._query())

    def _query(self):
        chosen = {"format": self.format}
        if self.kind == "customers":
            status = "inactive" if self.is_archived else None
            return CustomerExportQuery.model_construct(**chosen, status=status)
        if self.kind == "products":
            return ProductExportQuery.model_construct(**chosen, active=not self.is_archived)
        bounds = {"from": from_odoo_datetime(self.from_at), "to": from_odoo_datetime(self.to_at)}
        return OrderExportQuery.model_construct(**chosen, **bounds)
