from odoo import api, models


class FynloDevice(models.Model):
    _name = "fynlo.device"
    _inherit = ["fynlo.device", "fynlo.reference.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        devices = super().create(vals_list)
        devices._fynlo_create_order_sequence()
        return devices

    def _fynlo_reference_code(self):
        return f"F{self.number}"
