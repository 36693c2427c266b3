from odoo import api, models
from odoo.addons.fynlo_base.server_mark import is_marked

from .payment_transaction_booking import CHARGED


class PosPayment(models.Model):
    _inherit = "pos.payment"

    @api.constrains("payment_method_id")
    def _check_payment_method_id(self):
        """Let a method have left the store since a gateway took money by it."""
        if not is_marked(self.env, CHARGED):
            super()._check_payment_method_id()
