from odoo import api, fields, models
from odoo.exceptions import UserError


class FynloCustomerMergeWizard(models.TransientModel):
    """Lets a manager choose which of some customers stays."""

    _name = "fynlo.customer.merge.wizard"
    _description = "Merge customers"

    partner_ids = fields.Many2many("res.partner", string="Customers", readonly=True)
    target_id = fields.Many2one(
        "res.partner", "Stays", required=True, domain="[('id', 'in', partner_ids)]"
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        chosen = self.env["res.partner"].browse(self.env.context.get("active_ids", ()))
        chosen = chosen.exists().filtered("fynlo_is_customer")
        if len(chosen) < 2:
            raise UserError(self.env._("Choose two customers or more."))
        # Who has bought most is the one that people and papers know.
        target = max(chosen, key=lambda each: (each.fynlo_orders_now, -each.id))
        return {**values, "partner_ids": [(6, 0, chosen.ids)], "target_id": target.id}

    def action_fynlo_merge(self):
        """Button of the manager: merge them and show the one that stays."""
        self.ensure_one()
        sources = (self.partner_ids - self.target_id).mapped("fynlo_uuid")
        target = self.env["fynlo.customer.merge"]._fynlo_merge(self.target_id.fynlo_uuid, sources)
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": target.id,
            "view_mode": "form",
        }
