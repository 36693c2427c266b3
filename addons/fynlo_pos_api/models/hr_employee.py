from odoo import api, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError, InvalidFieldsError, NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Domain
from odoo.tools import escape_psql

_SORT_FIELDS = {"name": "name", "createdAt": "create_date"}
#: What a list shows: a file has a hundred columns.
_SUMMARY_FIELDS = ["fynlo_uuid", "name", "fynlo_role", "fynlo_pin_set_at", "current_version_id"]
_STATUS = {"active": [True], "archived": [False], "all": [True, False]}


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    @api.model
    def _fynlo_search_employees(self, query):
        """Return ``(employees, total)``: a page of those who may sign in at the principal's store.

        :param query: an ``EmployeeQuery``
        :return: the employees sudoed
        :raise ForbiddenError: somebody below manager asks for archived ones
        """
        is_manager = principal_of(self.env).is_at_least("manager")
        if query.status != "active" and not is_manager:
            raise ForbiddenError()
        # A till shows who may sign in on it, nothing else of their files; the store is its own.
        employees_sudo = self.sudo().with_context(active_test=False)
        domain = self._fynlo_store_domain() & Domain("active", "in", _STATUS[query.status])
        if query.role:
            domain &= Domain("fynlo_role", "=", query.role)
        if query.query:
            domain &= _matching(query.query, is_manager)
        found_sudo = employees_sudo.search(
            domain,
            order=f"{_SORT_FIELDS[query.sort_by]} {query.sort_order}, id {query.sort_order}",
            limit=query.limit,
            offset=query.offset,
        )
        found_sudo.fetch(_SUMMARY_FIELDS)
        found_sudo.version_id.fetch(["job_title"])
        total = query.find_total(len(found_sudo), lambda: employees_sudo.search_count(domain))
        return found_sudo, total

    def _fynlo_store_domain(self):
        """Return the domain of those who have a role at the principal's store."""
        principal = principal_of(self.env)
        domain = Domain("company_id", "=", principal.company_id) & Domain("fynlo_role", "!=", False)
        own_limit = _serves("fynlo_store_ids", principal.store_id)
        users_limit = _serves("user_id.fynlo_store_ids", principal.store_id)
        return domain & own_limit & (Domain("user_id", "=", False) | users_limit)

    @api.model
    def _fynlo_read_employee(self, uuid):
        """Return ``(employee, stores)`` as ``EmployeeView`` takes them, the employee sudoed.

        Managers see all of their company, archived ones too; others who works at the store.

        :raise NotFoundError: unknown, or hidden from the principal: the same answer
        """
        if principal_of(self.env).is_at_least("manager"):
            return self.with_context(active_test=False)._fynlo_by_uuid(uuid)._fynlo_told()
        # What is told of a colleague is what the till shows of him anyway.
        domain = self._fynlo_store_domain() & Domain("fynlo_uuid", "=", str(uuid))
        employee_sudo = self.sudo().search(domain)
        if not employee_sudo:
            raise NotFoundError()
        return employee_sudo, None

    def _fynlo_told(self):
        """Return one employee whom a manager may read, sudoed, and the stores he is told."""
        return self.sudo(), principal_of(self.env).store_ids

    @api.model
    def _fynlo_find_colleague(self, uuid, store):
        """Return the employee with that id who serves ``store`` (one record, sudoed).

        :raise InvalidFieldsError: there is none; the field is ``employeeId``
        """
        # Who sells need not read personnel files: found by the public id, then checked.
        employee_sudo = self.sudo().search([("fynlo_uuid", "=", str(uuid))])
        if not (employee_sudo and employee_sudo._fynlo_serves(store)):
            error = {"field": "employeeId", "code": "unknown_reference"}
            raise InvalidFieldsError(errors=[{**error, "message": "There is no such id."}])
        return employee_sudo


def _serves(field, store_id):
    """Return the domain of those whom ``field`` limits to no stores, or to this one among them."""
    return Domain(field, "=", False) | Domain(field, "in", [store_id])


def _matching(words, is_manager):
    """Return the domain of a search; what it finds by is what may be read."""
    part = escape_psql(words)
    names = ["name", "job_title", *(["work_email", "work_phone"] if is_manager else [])]
    found = Domain.OR(Domain(name, "ilike", part) for name in names)
    return found | Domain("barcode", "=", words) if is_manager else found
