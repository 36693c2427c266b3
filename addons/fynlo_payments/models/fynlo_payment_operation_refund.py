from odoo import fields, models

from ..engine.outcome import GIVEN, Outcome, doubt
from .fynlo_payment_operation_asking import _KEY_LIVES, _REPEAT


class FynloPaymentOperation(models.Model):
    """A refund as an operation: it moves its payment nowhere, and money back."""

    _inherit = "fynlo.payment.operation"

    refund_id = fields.Many2one(
        "fynlo.payment.refund", readonly=True, index="btree_not_null",
        ondelete="restrict",
    )  # fmt: skip

    def _fynlo_may_ask(self):
        """A refund may be asked again while the gateway knows its key: the order is over."""
        if self.kind != "refund":
            return super()._fynlo_may_ask()
        is_known = self.create_date >= fields.Datetime.now() - _KEY_LIVES
        return is_known and self._fynlo_is_same_account()

    def _fynlo_ask(self, gateway):
        """Return the function that asks for one operation; it touches no record."""
        if self.kind != "refund":
            return super()._fynlo_ask(gateway)
        params, key, ref = self.params, self.idempotency_key, self.transaction_id.provider_reference
        return lambda: gateway.refund(ref, params, key)

    def _fynlo_make_call(self):
        """Return the function that asks a gateway for one operation; it touches no record."""
        if self.kind != "refund":
            return super()._fynlo_make_call()
        ask = self._fynlo_ask(self.transaction_id.provider_id._fynlo_gateway())
        if not self.env.context.get(_REPEAT):
            return ask
        self._fynlo_note_asking()
        return lambda: doubt(ask())  # a refusal does not tell how the first try has ended

    def _fynlo_make_question(self):
        """Return the function by which the janitor learns how one operation has ended."""
        if self.kind != "refund":
            return super()._fynlo_make_question()
        gateway = self.transaction_id.provider_id._fynlo_gateway()
        look = self._fynlo_look(gateway)
        if not self._fynlo_may_ask():
            return look
        ask = self._fynlo_ask(gateway)
        self._fynlo_note_asking()

        def ask_or_look():
            outcome = ask()
            if outcome.kind != "failed":
                return outcome
            seen = look()  # it may have been done the first time, and not be possible twice
            return outcome if seen.kind == "absent" else seen

        return ask_or_look

    def _fynlo_look(self, gateway):
        """Return the function that tells how one operation has ended, and asks for nothing."""
        if self.kind != "refund":
            return super()._fynlo_look(gateway)
        ref, uuid = self.transaction_id.provider_reference, self.fynlo_uuid
        is_trusted = self._fynlo_is_findable(gateway)

        def look():
            outcome = gateway.find_refund(ref, uuid)
            if outcome.kind == "absent" and is_trusted:
                message = "The gateway has never heard of it."
                return Outcome("failed", code="never_arrived", message=message)
            return outcome

        return look

    def _fynlo_carry_over(self, outcome):
        """Bring the payment to where its operation has brought it."""
        if self.kind != "refund":
            super()._fynlo_carry_over(outcome)
            return
        payment = self.transaction_id
        payment.fynlo_change_count += 1
        payment._fynlo_count_refunded()
        if self.state in GIVEN and self.refund_id.state == "refused":
            self.refund_id.state = "open"  # it was given after all, and is to be booked
