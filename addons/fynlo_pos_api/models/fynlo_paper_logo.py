from base64 import b64decode

from odoo import api, models
from odoo.tools import SQL

from ..engine.logo_paper import keep_logo, to_jpeg, to_raster


class FynloPaper(models.AbstractModel):
    _inherit = "fynlo.paper"

    @api.model
    def _fynlo_logo_raster(self, store, columns):
        """Return the bytes that print the logo of one store's company; may be empty."""
        return self._fynlo_logo(store, f"raster {columns}", lambda raw: to_raster(raw, columns))

    @api.model
    def _fynlo_logo_jpeg(self, store):
        """Return the logo of one store's company as a JPEG for a PDF page; may be empty."""
        return self._fynlo_logo(store, "jpeg", to_jpeg)

    def _fynlo_logo(self, store, kind, make):
        """Return the logo as ``make`` makes it, once for each picture and worker."""
        # Who sells need not read companies; their logo is on every receipt.
        company_sudo = store.sudo().company_id
        if not store.sudo().fynlo_receipt_logo or company_sudo.uses_default_logo:
            return b""
        query = """SELECT checksum FROM ir_attachment
                   WHERE res_model = 'res.partner' AND res_id = %s AND res_field = 'image_1920'"""
        rows = self.env.execute_query(SQL(query, company_sudo.partner_id.id))
        if not rows:
            return b""
        company_sudo = company_sudo.with_context(bin_size=False)
        return keep_logo(f"{rows[0][0]} {kind}", lambda: make(b64decode(company_sudo.logo)))
