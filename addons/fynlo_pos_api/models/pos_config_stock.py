from odoo import fields, models

from .pos_config_session import ROLES


class PosConfig(models.Model):
    _inherit = "pos.config"

    fynlo_outage_role = fields.Selection(
        [("kitchen", "Kitchen and above"), *ROLES],
        "May Note as Sold Out",
        default="kitchen",
        required=True,
        help="Who may say on a Fynlo device that a product is sold out, or is back.",
    )
