from odoo import api, models
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


def _serves(field, store_id):
    """Return the domain of those whom ``field`` limits to no stores, or to this one among them."""
    return Domain(field, "=", False) | Domain(field, "in", [store_id])
