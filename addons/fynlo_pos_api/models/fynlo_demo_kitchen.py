from odoo import models
from odoo.fields import Command

from ..demo import kitchen


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    def _load_floors(self, store):
        """Where there are tables there is a kitchen."""
        super()._load_floors(store)
        self._load_kitchen(store)

    def _load_kitchen(self, store):
        for sequence, (name, categories, products, is_expo, color) in enumerate(kitchen.STATIONS):
            category_ids = [self._record("pos.category", each, {})[0].id for each in categories]
            product_ids = [self._record("product.template", each, {})[0].id for each in products]
            vals = {"name": name, "config_id": store.id, "is_expo": is_expo, "color": color}
            vals |= {"sequence": sequence, "category_ids": [Command.set(category_ids)]}
            vals["product_ids"] = [Command.set(product_ids)]
            self._record("fynlo.kitchen.station", name, vals)
        for name, allergens in kitchen.ALLERGENS.items():
            template = self._record("product.template", name, {})[0]
            if not template.fynlo_allergens:
                template.fynlo_allergens = allergens
