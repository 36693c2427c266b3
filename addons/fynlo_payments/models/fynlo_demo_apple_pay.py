from odoo import api, models

_STRIPE = {
    "stripe_publishable_key": "pk_test_demo",
    "stripe_secret_key": "sk_test_demo",
    "state": "test",
}


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    @api.model
    def _fynlo_load(self):
        """Make an Apple Pay merchant too, in test mode: its keys wait for Apple's certificates."""
        store, *secrets = super()._fynlo_load()
        provider = self.env.ref("payment.payment_provider_stripe", raise_if_not_found=False)
        if provider and provider.company_id == store.company_id:
            if not provider.stripe_secret_key:
                provider.write(_STRIPE)
            self._load_merchant(store, provider)
        return store, *secrets

    def _load_merchant(self, store, provider):
        vals = {
            "name": store.name,
            "identifier": "merchant.example.fynlo.bistro",
            "company_id": store.company_id.id,
            "provider_id": provider.id,
            "asks_email": True,
            "user_id": self.env.ref("base.user_admin").id,
            "country_id": (store.company_id.country_id or self.env.ref("base.us")).id,
        }
        merchant, is_new = self._record("fynlo.apple.pay.merchant", vals["identifier"], vals)
        if not is_new:
            return
        kinds = ({"kind": "processing"}, {"kind": "identity"})
        own = {"merchant_id": merchant.id}
        self.env["fynlo.apple.pay.certificate"].create([{**own, **each} for each in kinds])
        domain = {"name": "shop.fynlo.example", **own}
        self.env["fynlo.apple.pay.domain"].create(domain)
