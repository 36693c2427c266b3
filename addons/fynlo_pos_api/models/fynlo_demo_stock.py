from odoo import api, models

from ..demo import stock


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    @api.model
    def _fynlo_load(self):
        """Run out of something too."""
        loaded = super()._fynlo_load()
        self._load_outages(loaded[0])
        self._load_thresholds(loaded[0])
        return loaded

    def _load_outages(self, store):
        outages = self.env["fynlo.product.outage"]
        for name, reason in stock.SOLD_OUT.items():
            product = self._variant(name)
            domain = [("config_id", "=", store.id), ("product_id", "=", product.id)]
            if not outages.search_count(domain, limit=1):
                vals = {"config_id": store.id, "product_id": product.id, "reason": reason}
                outages.create(vals)

    def _load_thresholds(self, store):
        for name, minimum in stock.THRESHOLDS.items():
            vals = {"config_id": store.id, "product_id": self._variant(name).id}
            vals |= {"minimum": minimum, "user_id": self.env.ref("base.user_admin").id}
            self._record("fynlo.stock.threshold", name, vals)
