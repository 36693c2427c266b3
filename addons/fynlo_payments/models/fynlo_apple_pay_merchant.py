import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..clients.apple_pay import Identity
from ..engine.apple_pay_sheet import NETWORKS
from ..exceptions import ApplePayNotConfiguredError

_IDENTIFIER = re.compile(r"merchant\.[A-Za-z0-9.-]{1,200}", re.ASCII)
_DEFAULT_NETWORKS = ("visa", "mastercard", "amex")


class FynloApplePayMerchant(models.Model):
    """Who a company is for Apple Pay, and through which provider it charges."""

    _name = "fynlo.apple.pay.merchant"
    _inherit = ["mail.thread", "mail.activity.mixin", "fynlo.store.mixin"]
    _description = "Apple Pay merchant"
    _order = "company_id, id"

    name = fields.Char("Shown to Guests", required=True, help="What the guest reads when he pays")
    identifier = fields.Char(
        "Merchant ID", required=True, help="As registered with Apple, e.g. merchant.com.example"
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    provider_id = fields.Many2one(
        "payment.provider",
        "Charges Through",
        required=True,
        ondelete="restrict",
        domain="[('code', '=', 'stripe'), ('company_id', '=', company_id)]",
    )
    state = fields.Selection(related="provider_id.state", string="Provider Mode")
    country_id = fields.Many2one(
        "res.country", required=True, default=lambda self: self.env.company.country_id
    )
    network_ids = fields.Many2many(
        "payment.method",
        string="Card Networks",
        default=lambda self: self._default_networks(),
        domain=[("code", "in", list(NETWORKS))],
        context={"active_test": False},
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        default=lambda self: self.env.uid,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Is told when a certificate expires",
    )
    certificate_ids = fields.One2many("fynlo.apple.pay.certificate", "merchant_id", "Certificates")
    domain_ids = fields.One2many("fynlo.apple.pay.domain", "merchant_id", "Domains")
    token_count = fields.Integer("Tokens", compute="_compute_token_count")

    _one_of_company = models.UniqueIndex(
        "(company_id) WHERE active", "The company has an Apple Pay merchant already."
    )

    @api.model
    def _default_networks(self):
        methods = self.env["payment.method"].with_context(active_test=False)
        return methods.search([("code", "in", _DEFAULT_NETWORKS)])

    def _compute_token_count(self):
        groups = self.env["fynlo.apple.pay.token"]._read_group(
            [("merchant_id", "in", self.ids)], ["merchant_id"], ["__count"]
        )
        counts = dict(groups)
        for merchant in self:
            merchant.token_count = counts.get(merchant, 0)

    @api.constrains("identifier")
    def _check_identifier(self):
        if not all(_IDENTIFIER.fullmatch(merchant.identifier) for merchant in self):
            raise ValidationError(
                self.env._("A merchant ID is like merchant.com.example: letters, digits, dots.")
            )
        self.certificate_ids._check_certificate()

    @api.constrains("provider_id", "company_id")
    def _check_provider(self):
        for merchant in self.sudo():
            provider = merchant.provider_id
            if provider.code != "stripe" or provider.company_id != merchant.company_id:
                raise ValidationError(self.env._("Choose a Stripe provider of the same company."))

    @api.constrains("network_ids")
    def _check_networks(self):
        for merchant in self:
            codes = set(merchant.network_ids.mapped("code"))
            if not codes or not codes <= NETWORKS.keys():
                raise ValidationError(self.env._("Choose card networks that Apple Pay knows."))

    # --- Buttons

    def action_fynlo_new_processing_key(self):
        """Make the key pair that payments are encrypted for; return its form."""
        return self._fynlo_open_new(kind="processing")

    def action_fynlo_new_identity_key(self):
        """Make the key pair that this server shows Apple; return its form."""
        return self._fynlo_open_new(kind="identity")

    def action_fynlo_add_certificate(self):
        """Take in a processing certificate whose key the provider keeps; return its form."""
        return self._fynlo_open_new(kind="processing", key_place="gateway")

    def _fynlo_open_new(self, **vals):
        self.ensure_one()
        made = self.env["fynlo.apple.pay.certificate"].create({"merchant_id": self.id, **vals})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Certificate"),
            "res_model": made._name,
            "res_id": made.id,
            "view_mode": "form",
            "target": "new",
        }

    # --- Use

    @api.model
    def _fynlo_find_merchant(self, company_id):
        """Return the merchant of a company, sudoed: who takes payments may not read how.

        :raise ApplePayNotConfiguredError: there is none, or its provider is switched off
        """
        found_sudo = self.sudo().search([("company_id", "=", company_id)], limit=1)
        if found_sudo.state not in ("enabled", "test"):
            raise ApplePayNotConfiguredError()
        return found_sudo

    def _fynlo_networks(self):
        """Return Apple's names of the networks of one merchant."""
        return sorted(NETWORKS[code] for code in self.network_ids.mapped("code"))

    def _fynlo_identity(self):
        """Return the :class:`Identity` that one merchant, sudoed, shows Apple: the newest.

        :raise ApplePayNotConfiguredError: no identity certificate is valid now
        """
        valid_sudo = self.certificate_ids._fynlo_valid("identity")
        if not valid_sudo:
            raise ApplePayNotConfiguredError()
        newest_sudo = valid_sudo.sorted("starts_at")[-1]
        return Identity(newest_sudo._fynlo_read_pem(), newest_sudo._fynlo_open_key())

    def _fynlo_find_key(self, public_key_hash):
        """Return the processing certificate with that hash, of one merchant, sudoed, or none."""
        return self.certificate_ids._fynlo_valid("processing").filtered(
            lambda certificate: certificate.public_key_hash == public_key_hash
        )[:1]
