from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PosConfig(models.Model):
    _inherit = "pos.config"

    fynlo_max_discount_cashier = fields.Float(
        "Highest Discount of a Cashier (%)",
        default=10,
        help="On a line, from a Fynlo device. Managers may give any discount.",
    )
    fynlo_max_discount_supervisor = fields.Float("Highest Discount of a Supervisor (%)", default=50)

    @api.constrains("fynlo_max_discount_cashier", "fynlo_max_discount_supervisor")
    def _check_fynlo_max_discount(self):
        for config in self:
            limits = (config.fynlo_max_discount_cashier, config.fynlo_max_discount_supervisor)
            if not all(0 <= limit <= 100 for limit in limits):
                raise ValidationError(self.env._("A discount limit lies between 0 and 100 %."))
