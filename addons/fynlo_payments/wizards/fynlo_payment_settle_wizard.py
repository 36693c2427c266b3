from odoo import api, fields, models
from odoo.addons.fynlo_base.card_fields import refuse_cards
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.exceptions import UserError

_TYPED = frozenset(("reason",))


class FynloPaymentSettleWizard(models.TransientModel):
    """Lets a manager say what the dashboard tells of a payment that nobody knows the end of."""

    _name = "fynlo.payment.settle.wizard"
    _description = "Settle a payment by hand"

    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", required=True, readonly=True, ondelete="cascade"
    )
    verdict = fields.Selection(
        [("nothing", "Nothing was done"), ("look", "It was done: look again")], required=True
    )
    reason = fields.Char(required=True, help="Kept in the audit trail")

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse card numbers: dashboards show some digits, and the reason is kept for good."""
        refuse_cards(vals_list, _TYPED)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse card numbers."""
        refuse_cards([vals], _TYPED)
        return super().write(vals)

    def action_fynlo_settle(self):
        """Button of the manager: say how it ended, for good, or have the gateway asked again.

        :raise ForbiddenError: he is no manager
        :raise UserError: it has ended by now, or its call may still be on its way
        """
        self.ensure_one()
        if not self.env.user.has_group("fynlo_base.group_fynlo_manager"):
            raise ForbiddenError()
        self.transaction_id.check_access("read")
        if not self.reason.strip():
            raise UserError(self.env._("Say how you know."))
        # He may see this payment; what is known of it is written by the server alone.
        self.transaction_id.sudo()._fynlo_settle_by_hand(self.verdict, self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
