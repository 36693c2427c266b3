from datetime import timedelta

from odoo import api, fields, models

from ..demo import stock


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    @api.model
    def _fynlo_load(self):
        """Run out of something too, and have goods that expire."""
        loaded = super()._fynlo_load()
        self._load_outages(loaded[0])
        self._load_thresholds(loaded[0])
        self._load_lots(loaded[0])
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

    def _load_lots(self, store):
        shelf = store.picking_type_id.default_location_src_id
        vals = {"is_storable": True, "tracking": "lot", "use_expiration_date": True}
        for name, (price, cost, lots) in stock.FRESH.items():
            fresh = {**vals, **stock.FRESH_DAYS}
            self._load_product(name, "Cold drinks", price, cost, (), **fresh)
            for lot_name, bottles, days in lots:
                self._load_lot(shelf, self._variant(name), lot_name, bottles, days)

    def _load_lot(self, shelf, product, name, bottles, days):
        expires_at = fields.Datetime.now() + timedelta(days=days)
        vals = {"name": name, "product_id": product.id, "expiration_date": expires_at}
        lot, is_new = self._record("stock.lot", name, vals)
        if is_new:
            vals = {"product_id": product.id, "location_id": shelf.id, "lot_id": lot.id}
            quants = self.env["stock.quant"].with_context(inventory_mode=True)
            quants.create({**vals, "inventory_quantity": bottles}).action_apply_inventory()
