from odoo import api, fields, models


class FynloSettingsPart(models.AbstractModel):
    """A record that the settings of its store tell: each change is another version of them."""

    _name = "fynlo.settings.part"
    _inherit = "fynlo.store.mixin"
    _description = "Part of a store's settings"

    config_id = fields.Many2one(
        "pos.config", "Store", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="config_id.company_id")

    @api.model_create_multi
    def create(self, vals_list):
        """Count a version of each store."""
        records = super().create(vals_list)
        records.config_id._fynlo_count_settings()
        return records

    def write(self, vals):
        """Count a version of each store that is touched, the one that it leaves too."""
        stores = self.config_id
        result = super().write(vals)
        if not self._fynlo_untold().issuperset(vals):
            (stores | self.config_id)._fynlo_count_settings()
        return result

    def unlink(self):
        """Count a version of each store."""
        stores = self.config_id
        result = super().unlink()
        stores._fynlo_count_settings()
        return result

    def _fynlo_untold(self):
        """Return the names of fields that the settings do not tell."""
        return frozenset()
