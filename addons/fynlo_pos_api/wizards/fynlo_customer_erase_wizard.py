from odoo import fields, models
from odoo.exceptions import UserError


class FynloCustomerEraseWizard(models.TransientModel):
    """Asks a manager once more before a person is taken out of everything."""

    _name = "fynlo.customer.erase.wizard"
    _description = "Erase a customer"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    order_count = fields.Integer(related="partner_id.fynlo_orders_now")
    is_confirmed = fields.Boolean("I know that this cannot be undone")

    def action_fynlo_erase(self):
        """Button of the manager: erase the person and go back to the list."""
        self.ensure_one()
        if not self.is_confirmed:
            raise UserError(self.env._("Confirm that you know it cannot be undone."))
        self.env["fynlo.customer.erasure"]._fynlo_erase(self.partner_id)
        return self.env["ir.actions.act_window"]._for_xml_id("fynlo_pos_api.fynlo_customer_action")
