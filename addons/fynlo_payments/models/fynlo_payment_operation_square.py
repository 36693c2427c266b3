from odoo import models


class FynloPaymentOperation(models.Model):
    """Square cancels by its key what nobody knows to have been made."""

    _inherit = "fynlo.payment.operation"

    def _fynlo_look(self, gateway):
        payment_sudo, look = self.transaction_id, super()._fynlo_look(gateway)
        is_square = payment_sudo.provider_id.code == "square"
        if not is_square or self.kind != "create" or payment_sudo.provider_reference:
            return look
        if not self._fynlo_is_same_account():
            return look
        # It is looked at and not asked again: the order can take it no more.
        key, uuid = self.idempotency_key, payment_sudo.fynlo_uuid

        def give_up():
            told = gateway.give_up(key, uuid)
            # Its lists may lag behind: what is not there is believed an hour later.
            return look() if told.code == "never_arrived" else told

        return give_up
