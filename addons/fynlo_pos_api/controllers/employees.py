from odoo.addons.fynlo_base.exceptions import StaleVersionError, WeakPinError
from odoo.addons.fynlo_base.http.route import CASHIER, DEVICE_OR_STAFF, MANAGER, api_route
from odoo.addons.fynlo_base.schemas.base import PageQuery
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.employee_edits import EmployeeCreate, EmployeeUpdate, JobPage, PinWrite
from ..schemas.employees import EmployeePage, EmployeeQuery, EmployeeView

_ONE = "/employees/<uuid:employee_id>"


class EmployeesController(Controller):
    """The people of a store."""

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

    @api_route(
        "/employees",
        methods=["POST"],
        body=EmployeeCreate,
        reply=EmployeeView,
        roles=MANAGER,
        store_scoped=True,
        status=201,
    )
    def create_employee(self, command):
        """Add an employee; nobody gives a role above his own."""
        return EmployeeView.of(*request.env["hr.employee"]._fynlo_create_employee(command))

    @api_route(_ONE, methods=["GET"], reply=EmployeeView, roles=CASHIER, store_scoped=True)
    def read_employee(self, employee_id):
        """Read an employee; contact, badge, stores and pay are told to managers only."""
        return EmployeeView.of(*request.env["hr.employee"]._fynlo_read_employee(employee_id))

    @api_route(
        _ONE,
        methods=["PUT"],
        body=EmployeeUpdate,
        reply=EmployeeView,
        roles=MANAGER,
        store_scoped=True,
        errors=(exc.LastOwnerError, exc.OwnRecordError, StaleVersionError),
    )
    def update_employee(self, employee_id, command):
        """Change an employee, or bring an archived one back."""
        employees = request.env["hr.employee"]
        return EmployeeView.of(*employees._fynlo_update_employee(employee_id, command))

    @api_route(
        _ONE,
        methods=["DELETE"],
        reply=EmployeeView,
        roles=MANAGER,
        store_scoped=True,
        errors=(exc.DrawersOpenError, exc.LastOwnerError, exc.OwnRecordError),
    )
    def archive_employee(self, employee_id):
        """Archive an employee and end his sign-ins; what he did keeps his name."""
        return EmployeeView.of(*request.env["hr.employee"]._fynlo_archive_employee(employee_id))

    @api_route(
        f"{_ONE}/pin",
        methods=["PUT"],
        body=PinWrite,
        reply=EmployeeView,
        roles=MANAGER,
        store_scoped=True,
        errors=(WeakPinError,),
    )
    def write_pin(self, employee_id, command):
        """Give an employee another PIN, or none; his sign-ins end and his lock opens."""
        employees = request.env["hr.employee"]
        return EmployeeView.of(*employees._fynlo_write_pin(employee_id, command.pin))

    @api_route(
        "/jobs", methods=["GET"], query=PageQuery, reply=JobPage, roles=MANAGER, store_scoped=True
    )
    def list_jobs(self, query):
        """List the jobs that employees may have."""
        return JobPage.of(*request.env["hr.job"]._fynlo_page(query), query)
