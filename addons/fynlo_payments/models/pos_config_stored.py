from odoo import api, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    @api.model
    def _load_pos_data_read(self, records, config):
        """Offer no gift cards and eWallets in Odoo's till, where they are rewards."""
        loaded = super()._load_pos_data_read(records, config)
        stored_ids = self.env["pos.payment.method"]._fynlo_stored_ids()
        for vals in loaded:
            ids = vals.get("payment_method_ids", ())
            vals["payment_method_ids"] = [id_ for id_ in ids if id_ not in stored_ids]
        return loaded
