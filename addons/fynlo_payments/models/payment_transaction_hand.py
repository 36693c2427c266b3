from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.outcome import Outcome

#: How long what nobody has asked a gateway for may be somebody's who asks just now.
_ASKED_BY_NOW = timedelta(minutes=10)


class PaymentTransaction(models.Model):
    """What a manager says of a payment whose end the gateway does not tell this server."""

    _inherit = "payment.transaction"

    fynlo_is_unknown = fields.Boolean(
        "Nobody Knows Its End", compute="_compute_fynlo_is_unknown", compute_sudo=True
    )

    @api.depends("fynlo_operation_ids.state")
    def _compute_fynlo_is_unknown(self):
        for payment in self:
            payment.fynlo_is_unknown = bool(payment._fynlo_find_stuck())

    def _fynlo_find_stuck(self):
        """Return the operation of one payment, sudoed, that a manager may settle, or none.

        One that was prepared long ago has lost its process, and the janitor cannot ask for it.
        """
        long_ago = fields.Datetime.now() - _ASKED_BY_NOW
        return self.fynlo_operation_ids.filtered(
            lambda each: (
                each.state == "unknown" or (each.state == "prepared" and each.asked_at < long_ago)
            )
        )

    def _fynlo_settle_by_hand(self, verdict, reason):
        """Write down what a manager has seen at the gateway of one payment, sudoed.

        He may have looked too early: this server goes on looking for a day. If it shows that
        something was done, that counts: see ``_fynlo_record``.

        :param verdict: ``nothing`` was done, or it was done: ``look`` again at once
        :param reason: how he knows
        :raise UserError: its end is known by now
        """
        self._fynlo_lock_payment()
        operation = self._fynlo_find_stuck()
        if not operation:
            raise UserError(self.env._("It is known by now how the payment has ended."))
        facts = {"verdict": verdict, "reason": reason, "kind": operation.kind}
        facts["amount_minor"] = operation.amount_minor
        self.env["fynlo.audit"]._fynlo_log("payment.settled_by_hand", operation, facts)
        if verdict == "nothing":
            operation._fynlo_record(Outcome("failed", code="settled_by_hand", message=reason))
            operation._fynlo_doubt_hand()
        else:
            operation._fynlo_make_due()
