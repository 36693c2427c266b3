from datetime import timedelta

from odoo import fields, models

from .payment_transaction import CANCELLABLE

#: How long what a manager has called undone is looked for, and how often at first.
_DOUBTED, _FIRST_LOOK_S, _LONGEST_PAUSE_S = timedelta(days=1), 300, 3600


class FynloPaymentOperation(models.Model):
    """What a manager has called undone, and may have been done all the same."""

    _inherit = "fynlo.payment.operation"

    doubted_until = fields.Datetime(
        readonly=True, index="btree_not_null",
        help="A manager has settled it; till then the gateway is looked at all the same",
    )  # fmt: skip

    def _fynlo_doubt_hand(self):
        """Have one operation, sudoed, looked for that a manager has called undone.

        What the others would have done is seen where their payment is read.
        """
        if self.kind not in ("create", "refund"):
            return
        now = fields.Datetime.now()
        due = {"attempts": 1, "next_try_at": now + timedelta(seconds=_FIRST_LOOK_S)}
        self.write({**due, "doubted_until": now + _DOUBTED})

    def _fynlo_put_off_doubt(self):
        """Note that one operation, sudoed, is looked for now, and when it is again."""
        pause_s = min(_FIRST_LOOK_S * 2 ** min(self.attempts, 10), _LONGEST_PAUSE_S)
        again = fields.Datetime.now() + timedelta(seconds=pause_s)
        self.write({"attempts": self.attempts + 1, "next_try_at": again})

    def _fynlo_find_after_all(self, outcome):
        """Write down that one operation, sudoed, was done; what is held of it is let go.

        Its order may have been paid otherwise. What was taken is booked, or a manager's case.

        :param outcome: what was looked for and may be there
        """
        if outcome.kind != "answered":
            return
        self._fynlo_record(outcome)
        if self.state == "failed":  # another look has had it, or it is not believed
            return
        self.doubted_until, payment = False, self.transaction_id
        facts = {"kind": self.kind, "state": self.state, "amount_minor": self.amount_minor}
        self.env["fynlo.audit"]._fynlo_log("payment.found_after_all", self, facts)
        is_held = self.kind == "create" and payment.fynlo_state in CANCELLABLE
        if is_held and not payment._fynlo_is_busy():
            self._fynlo_prepare(payment, "cancel", {})._fynlo_make_due()
