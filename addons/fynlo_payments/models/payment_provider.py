import hashlib

from odoo import models
from odoo.addons.fynlo_base.settings import read_setting

from ..clients.stripe_gateway import StripeAccount, StripeGateway
from ..exceptions import PaymentsNotConfiguredError

#: What the gateways of tills know an account by.
_KEYS = {
    "authorize": ("authorize_login", "authorize_transaction_key"),
    "paypal": ("paypal_client_id", "paypal_client_secret"),
    "square": ("square_access_token", "square_location"),
    "stripe": ("stripe_secret_key",),
}


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _fynlo_gateway(self):
        """Return the client of one provider's account; it knows no record and raises nothing.

        The one place where a gateway is chosen: another one overrides this for its own code.

        :raise PaymentsNotConfiguredError: the suite does not know such a gateway
        """
        if self.code != "stripe":
            raise PaymentsNotConfiguredError()
        return StripeGateway(self._fynlo_account())

    def _fynlo_account(self):
        """Return the ``StripeAccount`` of one provider.

        Another gateway than Stripe's own is for tests: a setting of the server names it, and the
        provider must not be enabled.
        """
        # Cashiers take payments with a key that they cannot read: it goes to the gateway alone.
        provider_sudo = self.sudo()
        base = read_setting("stripe_api_base") if provider_sudo.state != "enabled" else ""
        decimals = {each.name: each.decimal_places for each in self.env["res.currency"].search([])}
        return StripeAccount((provider_sudo.stripe_secret_key or "").strip(), base, decimals)

    def _fynlo_account_mark(self):
        """Return what tells whether one provider has the same account, in the same mode, as before.

        It changes with the key and with the state; a provider that is switched off charges nobody.
        Another gateway overrides ``_fynlo_account_secret``.
        """
        # The mark of a key tells nothing of it.
        provider_sudo = self.sudo()
        facts = (self.code, provider_sudo.state, provider_sudo._fynlo_account_secret())
        return hashlib.sha256("|".join(facts).encode()).hexdigest()

    def _fynlo_has_key(self):
        """Tell whether one provider, sudoed, has all that its gateway wants to know it by."""
        names = _KEYS.get(self.code, ())
        return bool(names) and all((self[name] or "").strip() for name in names)

    def _fynlo_has_events(self):
        """Tell whether one provider, sudoed, believes events; some gateways have none for tills."""
        secrets = {"stripe": "stripe_webhook_secret", "square": "square_signature_key"}
        return self.code not in secrets or bool(self[secrets[self.code]])

    def _fynlo_account_secret(self):
        """Return the secret of one provider, sudoed, that names its account, or an empty string."""
        return (self.stripe_secret_key or "").strip() if self.code == "stripe" else ""
