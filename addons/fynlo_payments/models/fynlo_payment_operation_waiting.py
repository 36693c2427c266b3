from odoo import fields, models

from .fynlo_payment_operation import NOTHING_THERE

#: Kinds that a cancellation waits for, and that are asked for no more from then on.
GIVEN_UP = ("create", "confirm", "process")
#: Code of a cancellation that found the money taken.
TOO_LATE = "too_late"


class FynloPaymentOperation(models.Model):
    """A cancellation that waits until it is known what became of the payment.

    What is open meanwhile is not asked for again: the janitor looks how it has ended.
    """

    _inherit = "fynlo.payment.operation"

    turn_at = fields.Datetime(readonly=True, help="Since then it waits for no other any more")

    _one_waiting = models.UniqueIndex(
        "(transaction_id) WHERE state = 'waiting'", "The payment is being cancelled."
    )

    def _fynlo_may_ask(self):
        """What is given up is not asked again: it could charge a guest who has been let go."""
        if self.kind in GIVEN_UP and self.transaction_id._fynlo_is_given_up():
            return False
        return super()._fynlo_may_ask()

    def _fynlo_record(self, outcome):
        """Let the cancellation that has waited for one operation, sudoed, have its turn."""
        super()._fynlo_record(outcome)
        self.transaction_id._fynlo_go_on_canceling()

    def _fynlo_take_turn(self):
        """Have one cancellation, sudoed, asked for now: its payment can be cancelled."""
        now = fields.Datetime.now()
        mark = self.transaction_id.provider_id._fynlo_account_mark()
        due = {"state": "prepared", "turn_at": now, "asked_at": now, "next_try_at": now}
        self.write({**due, "account_mark": mark})
        self.env["fynlo.payment.janitor"]._fynlo_wake()

    def _fynlo_end_unasked(self):
        """End one cancellation, sudoed, that a gateway need not hear of."""
        is_late = self.transaction_id.fynlo_state == "succeeded"
        state, code = ("failed", TOO_LATE) if is_late else ("canceled", NOTHING_THERE)
        self.write({"state": state, "code": code})
        facts = {"state": state, "amount_minor": self.amount_minor, "code": code}
        self.env["fynlo.audit"]._fynlo_log("payment.cancel", self, facts)
