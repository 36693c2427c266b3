from odoo import api, models
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.addons.fynlo_pos_api.exceptions import PaymentUnderWayError


class PaymentTransaction(models.Model):
    """Cards that were declined and can still be charged, with the secret that a guest was given."""

    _inherit = "payment.transaction"

    def _fynlo_is_holding(self):
        """Tell whether one payment, sudoed, can take money: also by another card of the guest.

        A card that this server has confirmed itself takes nothing without another word of it.
        """
        return super()._fynlo_is_holding() or self._fynlo_is_chargeable()

    def _fynlo_is_chargeable(self):
        """Tell whether a guest can still pay one payment, sudoed, that was declined."""
        if self.fynlo_state != "declined" or not self.provider_reference:
            return False
        return any(
            each.state == "requires_action" and each.client_secret
            for each in self.fynlo_operation_ids
        )

    @api.model
    def _fynlo_check_no_chargeable(self, order):
        """Check that nothing which a guest could still pay keeps other money from one order.

        :raise PaymentUnderWayError: with the payments that have to be cancelled first
        """
        found_sudo = self._fynlo_find_holding(order).filtered(lambda p: p._fynlo_is_chargeable())
        if found_sudo:
            minor = sum(to_minor(each.amount, each.currency_id) for each in found_sudo)
            facts = {"payments": found_sudo.mapped("fynlo_uuid"), "amount": minor}
            raise PaymentUnderWayError(details=facts)
