from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    fynlo_allergens = fields.Char(
        "Allergens", translate=True, help="Told on each kitchen ticket, e.g. gluten, nuts."
    )
