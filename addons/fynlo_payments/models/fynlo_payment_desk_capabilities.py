from odoo import api, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_pos_api.engine.money import to_minor

from ..exceptions import PaymentStateError

#: Gateways that wait for a card's nonce: it belongs to the beginning, not to a second try.
_CARD_FIRST = ("authorize", "square")


class FynloPaymentDesk(models.AbstractModel):
    """No gateway is asked for what it cannot do."""

    _inherit = "fynlo.payment.desk"

    @api.model
    def _fynlo_list_capabilities(self):
        """Return ``(payment method, capabilities)`` of each of the store's, sudoed.

        A method without a gateway has no capabilities (``None``): its payments are booked only.
        """
        # Tills may not read stores; this is their own.
        store_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
        return [
            (method_sudo, self._fynlo_can(method_sudo.fynlo_provider_id))
            for method_sudo in store_sudo.payment_method_ids
        ]

    def _fynlo_can(self, provider_sudo):
        is_on = provider_sudo.state in ("enabled", "test")
        return provider_sudo._fynlo_capabilities() if is_on else None

    def _fynlo_find_methods(self, store, channel):
        """Prefer methods whose gateway has the channel, where a store has several."""
        methods_sudo = super()._fynlo_find_methods(store, channel)
        able_sudo = methods_sudo.filtered(
            lambda method: channel in method.fynlo_provider_id._fynlo_capabilities()["channels"]
        )
        return able_sudo or methods_sudo

    def _fynlo_intent(self, payment_sudo, command):
        provider_sudo = payment_sudo.provider_id
        provider_sudo._fynlo_check_capability("channels", command.channel)
        provider_sudo._fynlo_check_capability("capture_methods", command.capture_method)
        return super()._fynlo_intent(payment_sudo, command)

    def _fynlo_params(self, payment_sudo, kind, command):
        provider_sudo = payment_sudo.provider_id
        params = super()._fynlo_params(payment_sudo, kind, command)
        total = to_minor(payment_sudo.amount, payment_sudo.currency_id)
        if kind == "capture" and params["amount"] != total:
            provider_sudo._fynlo_check_capability("partial_capture", True)
        if kind == "confirm" and provider_sudo.code in _CARD_FIRST:
            raise PaymentStateError(details={"state": payment_sudo.fynlo_state})
        return params
