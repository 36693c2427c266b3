from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Domain


class PosBill(models.Model):
    """The coins and notes that a till offers for a count."""

    _inherit = "pos.bill"

    @api.model
    def _fynlo_read_denominations(self):
        """Return ``(store, {value in minor units: pos.bill})`` of the principal's store."""
        store = self.env["pos.config"].browse(principal_of(self.env).store_id)
        return store, self._fynlo_of_store(store)

    @api.model
    def _fynlo_of_store(self, store):
        """Return ``{value in minor units: pos.bill}`` of one ``pos.config``.

        The same as in the web POS: those chosen for the store, and those of every store. What is
        no whole number of the currency's smallest unit is left out.
        """
        domain = Domain("pos_config_ids", "=", False) | Domain(
            "id", "in", store.default_bill_ids.ids
        )
        factor = 10**store.currency_id.decimal_places
        found = {}
        for bill in self.search(domain):
            value = round(bill.value * factor, 4)
            if value > 0 and value.is_integer():
                found.setdefault(int(value), bill)
        return found

    @api.model
    def _fynlo_check_pieces(self, store, denominations):
        """Check that a count names coins and notes of the store only.

        :param denominations: list of ``Denomination``
        :raise InvalidFieldsError: names every one that the store does not have
        """
        known = self._fynlo_of_store(store) if denominations else {}
        errors = [
            {
                "field": f"denominations.{index}.value",
                "code": "unknown_reference",
                "message": "The store has no such coin or note.",
            }
            for index, each in enumerate(denominations)
            if known and each.value not in known
        ]
        if errors:
            raise InvalidFieldsError(errors=errors)
