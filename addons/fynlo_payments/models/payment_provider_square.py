from odoo import api, fields, models
from odoo.addons.fynlo_base.settings import read_setting

from ..clients.square_gateway import SquareAccount, SquareGateway

_WEBHOOK = "/api/v1/webhooks/square"


class PaymentProvider(models.Model):
    """Square: card payments at tills by the nonce that its SDK makes of a card."""

    _inherit = "payment.provider"

    code = fields.Selection(
        selection_add=[("square", "Square")], ondelete={"square": "set default"}
    )
    square_access_token = fields.Char(
        "Access Token", copy=False, groups="base.group_system", required_if_provider="square"
    )
    square_location = fields.Char("Location ID", copy=False, required_if_provider="square")
    square_signature_key = fields.Char(
        "Webhook Signature Key", copy=False, groups="base.group_system",
        help="Without it no event is believed; the janitor then learns of payments by asking.",
    )  # fmt: skip
    square_is_live = fields.Boolean(
        compute="_compute_square_is_live", store=True, help="Not of the sandbox, or was not last."
    )
    square_webhook_url = fields.Char("Webhook URL", compute="_compute_square_webhook_url")

    @api.depends("code")
    def _compute_square_webhook_url(self):
        for provider in self:
            provider.square_webhook_url = provider.get_base_url() + _WEBHOOK

    @api.depends("state")
    def _compute_square_is_live(self):
        """One that is switched off stays where it was: what was paid before is read there."""
        for provider in self:
            is_off = provider.state == "disabled"
            provider.square_is_live = (
                provider.square_is_live if is_off else provider.state == "enabled"
            )

    def _fynlo_account_secret(self):
        if self.code != "square":
            return super()._fynlo_account_secret()
        return f"{self.square_access_token or ''}|{self.square_location or ''}"

    def _compute_feature_support_fields(self):
        super()._compute_feature_support_fields()
        self.filtered(lambda provider: provider.code == "square").update(
            {"support_manual_capture": "full_only", "support_refund": "partial"}
        )

    def _get_default_payment_method_codes(self):
        if self.code != "square":
            return super()._get_default_payment_method_codes()
        return {"card"}

    def _get_reset_values(self):
        if self.code != "square":
            return super()._get_reset_values()
        return dict.fromkeys(
            ("square_access_token", "square_location", "square_signature_key"), False
        )

    def _get_compatible_providers(self, *args, **kwargs):
        """Keep Square out of the web shop: there is no form for its cards."""
        found = super()._get_compatible_providers(*args, **kwargs)
        return found.filtered(lambda provider: provider.code != "square")

    def _fynlo_gateway(self):
        if self.code != "square":
            return super()._fynlo_gateway()
        # Cashiers take payments with a token that they cannot read: it goes to the gateway alone.
        provider_sudo = self.sudo()
        is_live = provider_sudo.square_is_live
        base = "" if is_live else read_setting("square_api_base")
        token = provider_sudo.square_access_token or ""
        return SquareGateway(
            SquareAccount(token, provider_sudo.square_location or "", is_live, base)
        )
