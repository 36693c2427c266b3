from odoo import models

from .odoo_gateway_authorize import AuthorizeGateway
from .odoo_gateway_paypal import PaypalGateway

_GATEWAYS = {"paypal": PaypalGateway, "authorize": AuthorizeGateway}

#: What names the account of a provider.
_ACCOUNTS = {"paypal": "paypal_client_id", "authorize": "authorize_login"}


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _fynlo_gateway(self):
        if self.code in _GATEWAYS:
            return _GATEWAYS[self.code](self)
        return super()._fynlo_gateway()

    def _fynlo_account_secret(self):
        own = _ACCOUNTS.get(self.code)
        return (self[own] or "") if own else super()._fynlo_account_secret()
