from odoo import fields, models
from odoo.addons.fynlo_base.server_fields import check_server_fields

#: Context of cards that are archived and not given back.
KEEP_CARDS = "fynlo_keep_cards"


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _archive_linked_tokens(self):
        keeping = self.with_context(**{KEEP_CARDS: True})
        return super(PaymentProvider, keeping)._archive_linked_tokens()


class PaymentToken(models.Model):
    """A card that is kept for a customer, with his consent: an id at the gateway, no number.

    Odoo archives one that the customer takes back, and leaves the card at the gateway.
    """

    _inherit = "payment.token"

    fynlo_forget_since = fields.Datetime("To Be Forgotten Since", readonly=True, copy=False)
    fynlo_forgotten_at = fields.Datetime("Forgotten by the Gateway", readonly=True, copy=False)

    _fynlo_forget_idx = models.Index(
        "(id) WHERE fynlo_forget_since IS NOT NULL AND fynlo_forgotten_at IS NULL"
    )

    def write(self, vals):
        """Let the gateway forget what is archived; the janitor asks it once that is committed."""
        check_server_fields(self, vals, frozenset(("fynlo_forget_since", "fynlo_forgotten_at")))
        given_back = self.filtered("active") if vals.get("active") is False else self.browse()
        result = super().write(vals)
        given_back._fynlo_forget()
        return result

    def _fynlo_forget(self):
        """Mark cards that Stripe keeps for the janitor.

        Odoo also archives all of a provider that is switched off: nobody has taken those back.
        """
        if self.env.context.get(KEEP_CARDS):
            return
        # The customer himself may archive his card in the portal; the mark is the server's.
        kept_sudo = self.sudo().filtered(
            lambda token: token.provider_code == "stripe" and token.stripe_payment_method
        )
        kept_sudo.fynlo_forget_since = fields.Datetime.now()
