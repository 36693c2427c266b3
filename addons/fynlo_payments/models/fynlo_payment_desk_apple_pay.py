from odoo import models


class FynloPaymentDesk(models.AbstractModel):
    _inherit = "fynlo.payment.desk"

    def _fynlo_find_methods(self, store, channel):
        """Apple Pay charges through the provider that the merchant names."""
        found_sudo = super()._fynlo_find_methods(store, channel)
        if channel != "apple_pay":
            return found_sudo
        merchants_sudo = self.env["fynlo.apple.pay.merchant"].sudo()
        merchant_sudo = merchants_sudo.search([("company_id", "=", store.company_id.id)], limit=1)
        if not merchant_sudo:
            return found_sudo
        provider_sudo = merchant_sudo.provider_id
        return found_sudo.filtered(lambda method: method.fynlo_provider_id == provider_sudo)
