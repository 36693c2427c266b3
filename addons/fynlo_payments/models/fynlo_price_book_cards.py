from odoo import api, models, tools
from odoo.addons.fynlo_pos_api.models.fynlo_price_book import NAMESPACE
from odoo.fields import Domain

from .pos_payment_method_stored import MONEY_PROGRAMS

_TABLES = {
    "loyalty_program": ("active", "program_type"),
    "loyalty_rule": ("active", "program_id"),
    "loyalty_rule_product_product_rel": None,
}
#: Odoo's own, also while no program has them.
_PRODUCTS = ("loyalty.gift_card_product_50", "loyalty.ewallet_product_50")


class FynloPriceBook(models.AbstractModel):
    """What fills a gift card or an eWallet is not sold over the API: it would make no card."""

    _inherit = "fynlo.price.book"

    def init(self):
        """Watch what such products are found by, too."""
        super().init()
        self.env["fynlo.cache"]._fynlo_track(NAMESPACE, _TABLES)

    @api.model
    def _fynlo_range_domain(self, config_sudo):
        """Leave out what Odoo makes cards of."""
        domain = super()._fynlo_range_domain(config_sudo)
        return domain & Domain("product_variant_ids", "not in", self._fynlo_filling_ids())

    @api.model
    @tools.ormcache()
    def _fynlo_filling_ids(self):
        """Return the ids of the products that fill gift cards or eWallets."""
        # Who sells may not read programs; their products are left out for everybody.
        programs_sudo = self.env["loyalty.program"].sudo()
        found = programs_sudo.search([("program_type", "in", MONEY_PROGRAMS)])
        ids = set(found.rule_ids.product_ids.ids)
        for name in _PRODUCTS:
            product = self.env.ref(name, raise_if_not_found=False)
            ids |= set(product.ids if product else ())
        return tuple(sorted(ids))


class LoyaltyRule(models.Model):
    """Rules name the products that fill cards; archiving a program archives its rules."""

    _inherit = "loyalty.rule"

    @api.model_create_multi
    def create(self, vals_list):
        """Leave new ones out of the price books at once."""
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """Leave changed ones out at once."""
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        """Sell again what fills no card any more."""
        self.env.registry.clear_cache()
        return super().unlink()
