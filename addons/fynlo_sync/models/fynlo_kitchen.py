import json

from odoo import api, models

#: What the gateway tells the screens of a kitchen.
TOPIC = "kitchen"
_TELL = "SELECT pg_notify('fynlo_direct', word) FROM unnest(%s::text[]) AS word"


class FynloKitchen(models.AbstractModel):
    """Screens that are connected to the gateway hear from it what Odoo's bus tells the others."""

    _inherit = "fynlo.kitchen"

    @api.model
    def _fynlo_notify(self, stores):
        super()._fynlo_notify(stores)
        precommit = self.env.cr.precommit
        woken = precommit.data.setdefault("fynlo.kitchen.told", set())
        if not woken:
            precommit.add(self._fynlo_tell_gateway)
        woken.update(stores.ids)

    def _fynlo_tell_gateway(self):
        """Say a word to each store; it goes out with the commit."""
        woken = self.env.cr.precommit.data["fynlo.kitchen.told"]
        words = [json.dumps({"room": f"store:{each}", "topic": TOPIC}) for each in sorted(woken)]
        self.env.cr.execute(_TELL, [words])
