from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .pos_config_session import ROLES


class PosConfig(models.Model):
    _inherit = "pos.config"

    fynlo_comp_role = fields.Selection(
        ROLES,
        "May Give for Free",
        default="supervisor",
        required=True,
        help="Who may comp a line, or waive the service charge, on a Fynlo device.",
    )
    fynlo_service_percent = fields.Float(
        "Service Charge (%)", help="Added to what guests eat in; 0 adds nothing."
    )
    fynlo_service_min_guests = fields.Integer(
        "From So Many Guests", help="Smaller parties pay no service charge. 0: everybody does."
    )
    fynlo_service_product_id = fields.Many2one(
        "product.product",
        "Service Charge Product",
        domain=[("type", "=", "service")],
        default=lambda self: self.env.ref(
            "fynlo_pos_api.product_service_charge", raise_if_not_found=False
        ),
        help="Its taxes and its account are those of the service charge.",
    )

    @api.constrains("fynlo_service_percent", "fynlo_service_min_guests")
    def _check_fynlo_service(self):
        for config in self:
            if not 0 <= config.fynlo_service_percent <= 100 or config.fynlo_service_min_guests < 0:
                raise ValidationError(
                    self.env._(
                        "A service charge lies between 0 and 100 %, guests are not negative."
                    )
                )
