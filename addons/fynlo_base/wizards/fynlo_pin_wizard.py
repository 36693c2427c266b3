from odoo import api, fields, models

from ..exceptions import WeakPinError


class FynloPinWizard(models.TransientModel):
    """Lets a manager give an employee a PIN. What is typed is never written to the database."""

    _name = "fynlo.pin.wizard"
    _description = "Set the PIN of an employee"

    employee_id = fields.Many2one("hr.employee", required=True, readonly=True)
    new_pin = fields.Char("New PIN", store=False)
    repeated_pin = fields.Char("Repeat the PIN", store=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Set the PIN while the dialog is saved: it is known at no later time."""
        wizards = self.browse()
        for vals in vals_list:
            pin, repeated = vals.pop("new_pin", ""), vals.pop("repeated_pin", "")
            wizard = super().create([vals])
            if not pin or pin != repeated:
                raise WeakPinError(self.env._("Type the same PIN twice."))
            wizard.employee_id._fynlo_set_pin(pin)
            wizards += wizard
        return wizards

    def action_fynlo_set_pin(self):
        """Button of the manager: the dialog was saved, and with it the PIN; close it."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The PIN is set."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
