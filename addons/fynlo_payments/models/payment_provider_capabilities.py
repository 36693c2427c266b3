from odoo import models

from ..exceptions import CapabilityNotSupportedError

#: What the till hands the guest's consent over with, by gateway.
_CLIENT_ACTIONS = {
    "stripe": "stripe_client_secret",
    "paypal": "paypal_order",
    "authorize": "authorize_accept",
    "square": "square_nonce",
}
#: The words of Odoo's ``support_*`` fields, and ours.
_REFUNDS = {"full_only": "full", "partial": "partial"}


class PaymentProvider(models.Model):
    """What a gateway can do, told before it is asked."""

    _inherit = "payment.provider"

    def _fynlo_capabilities(self):
        """Return what one provider can do for a till; another gateway extends this.

        From Odoo's ``support_*`` fields, which its addons fill. Over Stripe the tills' own client
        does more than Odoo's: it captures in parts and talks to readers.
        """
        provider_sudo = self.sudo()  # who sells may not read providers; this holds no secret
        is_stripe = provider_sudo.code == "stripe"
        manual = "partial" if is_stripe else provider_sudo.support_manual_capture
        may_wait = manual in ("full_only", "partial")
        return {
            "gateway": provider_sudo.code,
            "channels": ["online", "apple_pay", "card_present"] if is_stripe else ["online"],
            "capture_methods": ["automatic", "manual"] if may_wait else ["automatic"],
            "partial_capture": manual == "partial",
            "refunds": _REFUNDS.get(provider_sudo.support_refund, "none"),
            "saved_cards": bool(provider_sudo.support_tokenization),
            "client_action": _CLIENT_ACTIONS.get(provider_sudo.code),
        }

    def _fynlo_check_capability(self, name, value):
        """Check that one provider can do something.

        :param name: of :meth:`_fynlo_capabilities`; ``value`` is one of its list, or the thing
        :raise CapabilityNotSupportedError: it cannot
        """
        known = self._fynlo_capabilities()[name]
        if not (value in known if isinstance(known, list) else known == value):
            self._fynlo_refuse(name, value)

    def _fynlo_check_refund(self, is_partial):
        """Check that one provider can give money back, or a part of it.

        :raise CapabilityNotSupportedError: it cannot
        """
        known = self._fynlo_capabilities()["refunds"]
        if known == "none" or (is_partial and known == "full"):
            self._fynlo_refuse("refunds", "partial" if is_partial else "full")

    def _fynlo_refuse(self, name, value):
        facts = {"gateway": self.sudo().code, "capability": name, "wanted": value}
        raise CapabilityNotSupportedError(details=facts)
