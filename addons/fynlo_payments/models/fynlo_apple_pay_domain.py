import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
_MOST_CHARACTERS = 64 * 1024


class FynloApplePayDomain(models.Model):
    """A domain whose pages show Apple Pay, with the file by which Apple knows whose it is."""

    _name = "fynlo.apple.pay.domain"
    _inherit = ["fynlo.store.mixin"]
    _description = "Apple Pay domain"
    _order = "name"
    _fynlo_scope = frozenset(("merchant_id",))

    name = fields.Char("Domain", required=True, help="Without https://, e.g. shop.example.com")
    merchant_id = fields.Many2one(
        "fynlo.apple.pay.merchant", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, precompute=True)
    association = fields.Text(
        "Apple's File", help="Content of the file to download from Apple; empty: Stripe's"
    )

    _name_unique = models.UniqueIndex("(name)", "The domain belongs to a merchant already.")

    @api.constrains("name", "association")
    def _check_values(self):
        for domain in self:
            if not _HOST.fullmatch(domain.name):
                raise ValidationError(
                    self.env._("A domain is like shop.example.com, in small letters.")
                )
            if len(domain.association or "") > _MOST_CHARACTERS:
                raise ValidationError(self.env._("This is too long for a file of Apple's."))

    @api.model
    def _fynlo_find_association(self, host):
        """Return what Apple finds on a host, empty if there is nothing of ours.

        :param host: of the request, with or without a port
        """
        name = host.partition(":")[0].lower()
        # Anybody may read it: that is what it is for.
        found_sudo = self.sudo().search([("name", "=", name)], limit=1)
        return found_sudo.association if found_sudo.merchant_id.active else ""
