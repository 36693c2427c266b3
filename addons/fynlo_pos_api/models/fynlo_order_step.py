from odoo import api, fields, models
from odoo.addons.fynlo_base.principal import principal_of

from ..engine.order_life import STATES, STEPS


class FynloOrderStep(models.Model):
    """One step in the life of an order: what, by whom, on which till, when. Never changed."""

    _name = "fynlo.order.step"
    _description = "Step of an order"
    _order = "id desc"
    _rec_name = "step"

    order_id = fields.Many2one(
        "pos.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id")
    step = fields.Selection(
        [(step, step.capitalize()) for step in STEPS], required=True, readonly=True
    )
    state_before = fields.Selection(list(STATES.items()), "From", readonly=True)
    state_after = fields.Selection(list(STATES.items()), "To", readonly=True)
    version = fields.Integer(readonly=True, help="The order's version after the step")
    user_id = fields.Many2one("res.users", readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    device_id = fields.Many2one("fynlo.device", "Till", readonly=True)
    reason = fields.Char(readonly=True)
    details = fields.Json(readonly=True)

    @api.model
    def _fynlo_log(self, order, step, before, reason=None, details=None):
        """Note a step that the principal has just taken.

        :param order: the order after the step (one ``pos.order``)
        :param before: its state before the step
        :param details: JSON-ready facts
        """
        principal = principal_of(self.env)
        # Who may take the step was checked; nobody but the server writes the log.
        self.sudo().create({
            "order_id": order.id,
            "step": step,
            "state_before": before,
            "state_after": order.fynlo_state,
            "version": order.fynlo_version,
            "user_id": principal.user_id,
            "employee_id": principal.employee_id,
            "device_id": principal.device_id,
            "reason": reason,
            "details": details,
        })  # fmt: skip
