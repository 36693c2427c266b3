from odoo import api, fields, models
from odoo.addons.fynlo_pos_api.engine.money import from_minor


class PaymentTransaction(models.Model):
    """What managers see of the money of a payment at a till."""

    _inherit = "payment.transaction"

    fynlo_tip = fields.Monetary("Tip", compute="_compute_fynlo_money")
    fynlo_captured = fields.Monetary("Taken", compute="_compute_fynlo_money", help="With its tip")
    fynlo_refunded = fields.Monetary(
        "Given Back", compute="_compute_fynlo_money", help="What is being given back included"
    )

    @api.depends("fynlo_tip_minor", "fynlo_captured_minor", "fynlo_refunded_minor", "currency_id")
    def _compute_fynlo_money(self):
        for payment in self:
            for name in ("tip", "captured", "refunded"):
                minor = payment[f"fynlo_{name}_minor"]
                payment[f"fynlo_{name}"] = from_minor(minor, payment.currency_id)
