from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Domain


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    @api.model
    def _fynlo_search_employees(self, query):
        """Return ``(employees, total)``: a page of those who may sign in at the principal's store.

        :param query: an ``EmployeeQuery``
        :return: the employees sudoed, by name
        """
        principal = principal_of(self.env)
        # A till shows who may sign in on it, nothing else of their files; the store is its own.
        employees_sudo = self.sudo()
        domain = Domain("company_id", "=", principal.company_id) & Domain("fynlo_role", "!=", False)
        own_limit = _serves("fynlo_store_ids", principal.store_id)
        users_limit = _serves("user_id.fynlo_store_ids", principal.store_id)
        domain &= own_limit & (Domain("user_id", "=", False) | users_limit)
        if query.role:
            domain &= Domain("fynlo_role", "=", query.role)
        if query.query:
            domain &= Domain("name", "ilike", query.query)
        offset = (query.page - 1) * query.limit
        found_sudo = employees_sudo.search(
            domain, order="name, id", limit=query.limit, offset=offset
        )
        return found_sudo, employees_sudo.search_count(domain)

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
