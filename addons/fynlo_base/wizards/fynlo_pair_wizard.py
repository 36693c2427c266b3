import base64
from urllib.parse import urlencode

from odoo import fields, models
from reportlab.graphics.barcode import createBarcodeDrawing

_QR_SIZE = 240


class FynloPairWizard(models.TransientModel):
    """Shows a manager the pairing code of a store, once.

    The code is in no column: it travels to the dialog in its action and is gone with it.
    """

    _name = "fynlo.pair.wizard"
    _description = "Pair a till"

    config_id = fields.Many2one(
        "pos.config", "Store", required=True, default=lambda self: self._default_config_id()
    )
    code = fields.Char(store=False, readonly=True)
    qr_code = fields.Binary(store=False, readonly=True)
    expires_at = fields.Datetime("Valid until", store=False, readonly=True)

    def _default_config_id(self):
        stores = self.env["pos.config"].search([], limit=2)
        return stores if len(stores) == 1 else stores.browse()

    def action_fynlo_show_code(self):
        """Button of the manager: make a code for the store and show it in the same dialog."""
        self.ensure_one()
        code, record_sudo = self.env["fynlo.pairing.code"]._fynlo_issue(self.config_id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pair a till"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "dialog_size": "medium",
                "default_config_id": self.config_id.id,
                "default_code": f"{code[:4]} {code[4:]}",
                "default_qr_code": self._make_qr_code(code),
                "default_expires_at": fields.Datetime.to_string(record_sudo.expires_at),
            },
        }

    def _make_qr_code(self, code):
        """Return an SVG in base64. It is drawn here: an image's address would put it into logs."""
        content = urlencode({"server": self.get_base_url(), "code": code})
        picture = createBarcodeDrawing(
            "QR", value=f"fynlo:pair?{content}", width=_QR_SIZE, height=_QR_SIZE, barBorder=1
        )
        return base64.b64encode(picture.asString("svg").encode()).decode()
