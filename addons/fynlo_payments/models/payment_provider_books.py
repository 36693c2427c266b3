from odoo import models

from ..clients.stripe_books import StripeBooks


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _fynlo_books(self):
        """Return the client that reads what one provider's events are about; it touches no record.

        Square's tell of refunds beside payments, Stripe's of disputes and payouts, too.
        """
        is_stripe = self.code == "stripe"
        return StripeBooks(self._fynlo_account()) if is_stripe else self._fynlo_gateway()
