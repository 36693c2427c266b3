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
    fynlo_is_strict_stock = fields.Boolean(
        "Never Sell More Than There Is",
        help="Refuse orders and reservations of Fynlo devices beyond what is available of goods "
        "that are counted. What was sold while a device was offline is booked all the same.",
    )
