from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.http import Controller, request

from ..schemas.tables import TablePlan


class StoreController(Controller):
    """The tables of a store."""

    @api_route("/tables", methods=["GET"], reply=TablePlan, roles=CASHIER, store_scoped=True)
    def read_tables(self):
        """Read floors and tables, with the open orders of each."""
        return TablePlan.of(*request.env["restaurant.floor"]._fynlo_read_plan())
