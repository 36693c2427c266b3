from odoo import api, models
from odoo.addons.fynlo_base.principal import principal_of

_TABLE_FIELDS = ["fynlo_uuid", "table_number", "seats", "shape", "floor_id"]


class RestaurantFloor(models.Model):
    _inherit = "restaurant.floor"

    @api.model
    def _fynlo_read_plan(self):
        """Return ``(floors, {table: its open orders})`` of the principal's store."""
        store_id = principal_of(self.env).store_id
        floors = self.search_fetch([("pos_config_ids", "in", [store_id])], ["fynlo_uuid", "name"])
        floors.table_ids.fetch(_TABLE_FIELDS)
        domain = [
            ("config_id", "=", store_id),
            ("state", "=", "draft"),
            ("table_id", "in", floors.table_ids.ids),
        ]
        orders = self.env["pos.order"].search_fetch(domain, ["uuid", "table_id"], order="id")
        return floors, orders.grouped("table_id")
