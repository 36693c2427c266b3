import json

from odoo import api, models

#: What the gateway tells the screens of a kitchen.
TOPIC = "kitchen"


class FynloKitchen(models.AbstractModel):
    """Screens that are connected to the gateway hear from it what Odoo's bus tells the others."""

    _inherit = "fynlo.kitchen"

    @api.model
    def _fynlo_notify(self, stores):
        super()._fynlo_notify(stores)
        # PostgreSQL tells the same word of one transaction once, and only when it commits.
        words = [json.dumps({"room": f"store:{store.id}", "topic": TOPIC}) for store in stores]
        query = "SELECT pg_notify('fynlo_direct', word) FROM unnest(%s::text[]) AS word"
        self.env.cr.execute(query, [words])
