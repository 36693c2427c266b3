from odoo import models
from odoo.http import STORED_SESSION_BYTES, request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _post_logout(cls):
        """Let the pages of this web session leave the gateway, too."""
        super()._post_logout()
        web_session = request.session.sid[:STORED_SESSION_BYTES]
        request.env["fynlo.auth.session"]._fynlo_end_pages(web_session)
