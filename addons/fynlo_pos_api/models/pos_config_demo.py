from odoo import api, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    @api.model
    def _fynlo_load_demo_restaurant(self):
        """Load the demo restaurant, once, and tell the secrets that were made for it.

        Passwords and PINs are random and told by the call that makes them, never again.

        :return: ``{"store": {"id", "name"}, "logins": [...], "pins": [...]}``
        """
        store, logins, pins = self.env["fynlo.demo"]._fynlo_load()
        return {
            "store": {"id": store.fynlo_uuid, "name": store.name},
            "logins": logins,
            "pins": pins,
        }
