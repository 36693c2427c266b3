from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError, InvalidFieldsError, StaleVersionError
from odoo.addons.fynlo_base.principal import find_principal, principal_of
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.fields import Command
from odoo.tools import SQL

from ..engine.money import from_minor
from ..exceptions import DrawersOpenError, LastOwnerError, OwnRecordError

#: What the API tells of an employee; a change of it, by whomever, is another version.
_TOLD_FIELDS = frozenset((
    "active", "barcode", "fynlo_role", "fynlo_store_ids", "hourly_cost", "job_id", "job_title",
    "name", "work_email", "work_phone",
))  # fmt: skip
#: Fields of a body that are written as they are.
_PLAIN_FIELDS = {
    "name": "name",
    "role": "fynlo_role",
    "email": "work_email",
    "phone": "work_phone",
    "badge": "barcode",
    "active": "active",
}
#: What nobody changes of himself.
_OTHERS_FIELDS = frozenset(("fynlo_role", "fynlo_store_ids", "hourly_cost"))


_SERVER_FIELDS = frozenset(("fynlo_version",))


class HrEmployee(models.Model):
    """Managers' work on the people of their company."""

    _inherit = "hr.employee"

    fynlo_version = fields.Integer(
        default=1, readonly=True, copy=False, groups="hr.group_hr_user", aggregator=None
    )
    fynlo_drawer_shift_ids = fields.One2many(
        "fynlo.drawer.shift", "employee_id", "Drawer Shifts", groups="hr.group_hr_user"
    )

    def write(self, vals):
        """Keep an owner, and count the versions."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        companies_sudo = self.env["res.company"].sudo()
        if not {"active", "company_id", "fynlo_role"}.isdisjoint(vals):
            companies_sudo = self._fynlo_owned_companies()
        result = super().write(vals)  # says first who may do it at all
        self._fynlo_check_owner_left(companies_sudo)
        if not _TOLD_FIELDS.isdisjoint(vals):
            query = "UPDATE hr_employee SET fynlo_version = fynlo_version + 1 WHERE id = ANY(%s)"
            self.env.cr.execute(SQL(query, list(self.ids)), log_exceptions=False)
            self.invalidate_recordset(["fynlo_version"], flush=False)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last_owner(self):
        self._fynlo_check_owner_left(self._fynlo_owned_companies(), leaving=self)

    @api.model
    def _fynlo_create_employee(self, command):
        """Add an employee to the principal's company.

        :param command: an ``EmployeeCreate``
        :return: ``(employee, stores)`` as ``EmployeeView`` takes them, the employee sudoed
        :raise ForbiddenError: the role is above one's own
        :raise InvalidFieldsError: an unknown job or store, a badge that somebody has
        """
        self.env["res.users"]._fynlo_require("manager")
        company_id = principal_of(self.env).company_id
        vals = self._fynlo_employee_vals(command, command.model_fields_set | {"stores"})
        employee = self.create({**vals, "fynlo_uuid": str(command.id), "company_id": company_id})
        facts = {"role": command.role}
        self.env["fynlo.audit"]._fynlo_log("employee.create", employee, facts)
        return employee._fynlo_told()

    @api.model
    def _fynlo_update_employee(self, uuid, command):
        """Change what a body names.

        :param command: an ``EmployeeUpdate``
        :return: ``(employee, stores)`` as ``EmployeeView`` takes them, the employee sudoed
        :raise NotFoundError: unknown, or hidden from the principal: the same answer
        :raise StaleVersionError: somebody changed it since ``version``
        :raise ForbiddenError: he stands above the principal, or would
        :raise OwnRecordError: one's own role, stores or pay
        :raise LastOwnerError: nobody would be an owner
        """
        employee = self._fynlo_lock_employee(uuid, command.version)
        names = command.model_fields_set - {"version"}
        vals = employee._fynlo_employee_vals(command, names)
        if not _OTHERS_FIELDS.isdisjoint(vals):
            employee._fynlo_check_other()
        if "fynlo_store_ids" in vals:
            employee._fynlo_check_reach()
        employee.write(vals)
        facts = {"fields": sorted(names), "role": employee.fynlo_role or None}
        self.env["fynlo.audit"]._fynlo_log("employee.update", employee, facts)
        return employee._fynlo_told()

    @api.model
    def _fynlo_archive_employee(self, uuid):
        """Archive an employee; what he did keeps his name. Once more is the same.

        :return: ``(employee, stores)`` as ``EmployeeView`` takes them, the employee sudoed
        :raise NotFoundError: unknown, or hidden from the principal: the same answer
        :raise ForbiddenError: he stands above the principal
        :raise OwnRecordError: it is the principal himself
        :raise LastOwnerError: nobody would be an owner
        :raise DrawersOpenError: he answers for a drawer
        """
        employee = self._fynlo_lock_employee(uuid)
        if employee.active:
            employee._fynlo_check_other()
            employee._fynlo_check_no_drawer()
            employee.with_context(no_wizard=True).action_archive()
            self.env["fynlo.audit"]._fynlo_log("employee.archive", employee)
        return employee._fynlo_told()

    @api.model
    def _fynlo_write_pin(self, uuid, pin):
        """Give an employee another PIN or, with ``None``, no PIN; his sign-ins end.

        :return: ``(employee, stores)`` as ``EmployeeView`` takes them, the employee sudoed
        :raise WeakPinError: too easy to guess
        """
        employee = self._fynlo_lock_employee(uuid)
        if pin is None:
            employee._fynlo_clear_pin()
        else:
            employee._fynlo_set_pin(pin)
        employee._fynlo_unlock()
        return employee._fynlo_told()

    def _fynlo_lock_employee(self, uuid, version=None):
        """Return the employee with that id, archived or not, locked until the commit.

        :raise ForbiddenError: he stands above the principal
        """
        employee = self.with_context(active_test=False)._fynlo_by_uuid(uuid)
        query = "SELECT id FROM hr_employee WHERE id = %s FOR UPDATE"
        self.env.cr.execute(SQL(query, employee.id), log_exceptions=False)
        employee._fynlo_check_rank()
        if version is not None and version != employee.fynlo_version:
            raise StaleVersionError(details={"version": employee.fynlo_version})
        return employee

    # --- What a body becomes

    def _fynlo_employee_vals(self, command, names):
        """Return the values of the fields ``names`` of a body, every bad one named."""
        errors = []
        vals = {
            field: getattr(command, name) or False
            for name, field in _PLAIN_FIELDS.items()
            if name in names
        }
        if "hourly_cost" in names:
            currency = self.env["res.company"].browse(principal_of(self.env).company_id).currency_id
            vals["hourly_cost"] = from_minor(command.hourly_cost or 0, currency)
        if "job_id" in names:
            vals["job_id"] = self._fynlo_named("hr.job", command.job_id, "jobId", errors).id
        if "stores" in names:
            vals["fynlo_store_ids"] = [Command.set(self._fynlo_named_stores(command, errors).ids)]
        if vals.get("barcode") and self._fynlo_is_badge_taken(vals["barcode"]):
            errors.append(_fault("badge", "taken", "Somebody has this badge."))
        if errors:
            raise InvalidFieldsError(errors=errors)
        return vals

    def _fynlo_named(self, model, uuid, field, errors):
        try:
            return self.env[model]._fynlo_resolve(uuid, field)
        except InvalidFieldsError as error:
            errors.extend(error.errors)
            return self.env[model]

    def _fynlo_named_stores(self, command, errors):
        """Return the stores of a body; who is limited to some cannot give all."""
        stores = self.env["pos.config"]
        for index, uuid in enumerate(command.stores or ()):
            stores |= self._fynlo_named("pos.config", uuid, f"stores.{index}", errors)
        if not command.stores and self._fynlo_own_limit():
            errors.append(_fault("stores", "required", "Name stores of your own."))
        return stores

    def _fynlo_is_badge_taken(self, badge):
        # Badges are unique in the database, also among people whom a manager may not see.
        everybody_sudo = self.sudo().with_context(active_test=False)
        return bool(everybody_sudo.search([("barcode", "=", badge)], limit=1) - self)

    # --- Who may do it to whom

    def _fynlo_own_limit(self):
        """Return the stores that whoever acts is limited to, sudoed; empty means none."""
        principal = principal_of(self.env)
        own_sudo = self.sudo().browse(principal.employee_id or [])
        return own_sudo.fynlo_store_ids | self.env.user.sudo().fynlo_store_ids

    def _fynlo_check_reach(self):
        """Check that one who is limited to some stores changes nothing in others.

        :raise ForbiddenError: the employee serves stores that he does not
        """
        limit = self._fynlo_own_limit()
        stores = self.sudo().fynlo_store_ids
        if limit and (not stores or stores - limit):
            raise ForbiddenError()

    def _fynlo_check_other(self):
        """Check that one employee is not whoever acts.

        :raise OwnRecordError: he is
        """
        principal = principal_of(self.env)
        self_sudo = self.sudo()
        if self.id == principal.employee_id or self_sudo.user_id.id == principal.user_id:
            raise OwnRecordError()

    def _fynlo_owned_companies(self):
        """Return the companies that have an owner among these employees, sudoed."""
        self_sudo = self.sudo()
        return self_sudo.filtered(
            lambda each: each.active and each.fynlo_role == "owner"
        ).company_id

    @api.model
    def _fynlo_check_owner_left(self, companies_sudo, leaving=None):
        """Check that each of these companies has an owner, those who are ``leaving`` not counted.

        One at a time: two owners cannot archive each other.

        :raise LastOwnerError: one has none
        """
        if find_principal(self.env) is None and self.env.uid == SUPERUSER_ID:
            return  # the system itself
        for company_sudo in companies_sudo:
            company_sudo._fynlo_lock()
            domain = [("company_id", "=", company_sudo.id), ("fynlo_role", "=", "owner")]
            domain += [("active", "=", True), ("id", "not in", leaving.ids if leaving else [])]
            if not self.sudo().search(domain, limit=1):
                raise LastOwnerError()

    def _fynlo_check_no_drawer(self):
        """Check that one employee answers for no drawer.

        :raise DrawersOpenError: he does
        """
        shifts_sudo = self.env["fynlo.drawer.shift"].sudo()
        open_sudo = shifts_sudo.search([("employee_id", "=", self.id), ("state", "=", "open")])
        if open_sudo:
            raise DrawersOpenError(details={"shifts": open_sudo._fynlo_names()})


def _fault(field, code, message):
    return {"field": field, "code": code, "message": message}
