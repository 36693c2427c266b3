from uuid import uuid4

from odoo import fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError

from ..engine.money import to_minor
from ..schemas.cash_counts import CashCountCreate
from ..schemas.drawers import ShiftClose


class FynloDrawerCloseWizard(models.TransientModel):
    """Lets a manager count and close a drawer whose holder has gone home."""

    _name = "fynlo.drawer.close.wizard"
    _description = "Close a drawer"

    shift_id = fields.Many2one("fynlo.drawer.shift", required=True, readonly=True)
    employee_id = fields.Many2one(related="shift_id.employee_id")
    currency_id = fields.Many2one(related="shift_id.currency_id")
    counted = fields.Monetary("Counted Cash")
    reason = fields.Char(help="Why cash is missing or left over.")

    def action_fynlo_close(self):
        """Button of the manager: record the count and close the drawer on it."""
        self.ensure_one()
        if not self.shift_id.session_id._fynlo_may_approve():
            raise ForbiddenError()
        counted = to_minor(self.counted, self.currency_id)
        shift_sudo = self.shift_id.sudo()
        shift_sudo._fynlo_count_shift(CashCountCreate(id=uuid4(), countedCash=counted))
        shift_sudo._fynlo_close_shift(ShiftClose(id=uuid4(), reason=self.reason or None))
        return {"type": "ir.actions.act_window_close"}
