from odoo import models

from .fynlo_payment_operation_waiting import GIVEN_UP
from .payment_transaction import CANCELLABLE


class PaymentTransaction(models.Model):
    """Cancelling a payment of which nobody knows yet how far it is.

    Its beginning is asked for no more. Once it is known what became of it, the payment is
    cancelled; what was taken by then stays taken and is booked: only a refund gives it back.
    """

    _inherit = "payment.transaction"

    def _fynlo_is_given_up(self):
        """Tell whether one payment, sudoed, is cancelled as soon as it is known how it is."""
        return any(each.state == "waiting" for each in self.fynlo_operation_ids)

    def _fynlo_may_give_up(self):
        """Tell whether a cancellation of one payment, sudoed, can wait for what is open."""
        open_kinds = {each.kind for each in self.fynlo_operation_ids if each._fynlo_is_open()}
        return bool(open_kinds.intersection(GIVEN_UP)) and not self._fynlo_is_given_up()

    def _fynlo_is_taken_up(self, kind):
        """Tell whether nobody may begin that operation of one payment, sudoed, now."""
        return self._fynlo_is_busy() or self._fynlo_is_given_up() or self._fynlo_is_led(kind)

    def _fynlo_shown_state(self):
        """Return how far one payment, sudoed, is, in a word of the API."""
        operations = self.fynlo_operation_ids.filtered(lambda each: each.kind == "cancel")
        if any(each.state == "waiting" or each._fynlo_is_open() for each in operations):
            return "canceling"
        return "unknown" if self._fynlo_is_in_doubt() else self.fynlo_state

    def _fynlo_go_on_canceling(self):
        """Cancel one payment, sudoed, if that was asked for and it is known by now how it is."""
        waiting = self.fynlo_operation_ids.filtered(lambda each: each.state == "waiting")
        if not waiting or self._fynlo_is_busy() or self.fynlo_state == "processing":
            return
        self._fynlo_lock_payment()
        self.fynlo_change_count += 1
        if self.fynlo_state in CANCELLABLE and self.provider_reference:
            waiting._fynlo_take_turn()
        else:
            waiting._fynlo_end_unasked()

    def _fynlo_settle(self, outcome, seen):
        """Cancel, too, what a bank was working on when it was given up."""
        counts = super()._fynlo_settle(outcome, seen)
        self._fynlo_go_on_canceling()
        return counts
