from odoo import fields, models

ORDER_TYPES = [("dine_in", "Dine in"), ("takeaway", "Takeaway"), ("delivery", "Delivery")]


class PosPreset(models.Model):
    _inherit = "pos.preset"

    fynlo_order_type = fields.Selection(
        ORDER_TYPES,
        "Order Type on Fynlo Tills",
        help="Orders of this type from Fynlo devices take the preset's pricelist and taxes.",
    )
