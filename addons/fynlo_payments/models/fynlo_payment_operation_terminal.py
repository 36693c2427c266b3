from odoo import fields, models

from ..clients.stripe_terminal import StripeTerminal
from ..engine.outcome import doubt
from .fynlo_payment_operation_asking import _REPEAT as REPEAT


class FynloPaymentOperation(models.Model):
    """Operations of card readers: the guest may pay as soon as one has been asked for."""

    _inherit = "fynlo.payment.operation"

    kind = fields.Selection(
        selection_add=[("process", "Card Reader")], ondelete={"process": "cascade"}
    )

    def _fynlo_ask(self, gateway):
        if self.kind != "process":
            return super()._fynlo_ask(gateway)
        terminal = StripeTerminal(self.transaction_id.provider_id._fynlo_account())
        reader, key = self.params["reader"], self.idempotency_key
        ref = self.transaction_id.provider_reference
        return lambda: terminal.process(reader, ref, key)

    def _fynlo_make_call(self):
        if self.kind != "process" or not self.env.context.get(REPEAT):
            return super()._fynlo_make_call()
        self._fynlo_note_asking()
        ask = self._fynlo_ask(None)  # it reads the payment by itself
        return lambda: doubt(ask())

    def _fynlo_make_question(self):
        if self.kind != "process":
            return super()._fynlo_make_question()
        # A minute later the guest may be gone: a reader is asked again by the till alone.
        return self._fynlo_look(self.transaction_id.provider_id._fynlo_gateway())
