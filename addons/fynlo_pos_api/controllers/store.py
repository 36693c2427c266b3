from odoo.addons.fynlo_base.http.route import CASHIER, DEVICE_OR_STAFF, api_route
from odoo.http import Controller, request

from ..schemas.employees import EmployeePage, EmployeeQuery
from ..schemas.tables import TablePlan


class StoreController(Controller):
    """The people and tables of a store."""

    @api_route(
        "/employees",
        methods=["GET"],
        query=EmployeeQuery,
        reply=EmployeePage,
        roles=DEVICE_OR_STAFF,
        store_scoped=True,
    )
    def list_employees(self, query):
        """List who may sign in at the store."""
        employees, total = request.env["hr.employee"]._fynlo_search_employees(query)
        return EmployeePage.of(employees, total, query)

    @api_route("/tables", methods=["GET"], reply=TablePlan, roles=CASHIER, store_scoped=True)
    def read_tables(self):
        """Read floors and tables, with the open orders of each."""
        return TablePlan.of(*request.env["restaurant.floor"]._fynlo_read_plan())
