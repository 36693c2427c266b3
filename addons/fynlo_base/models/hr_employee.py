from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import ForbiddenError
from ..principal import find_principal
from .res_users_roles import ROLES

#: A till itself is no employee.
EMPLOYEE_ROLES = ROLES[1:]
#: What decides whether and as whom somebody is signed in; a change ends what is open.
_IDENTITY_FIELDS = {"fynlo_role", "fynlo_store_ids", "user_id", "company_id", "active"}
#: What ends somebody's work on the tills as taking his role does.
_STANDING_FIELDS = {"user_id", "company_id", "active"}


class HrEmployee(models.Model):
    """Gives an employee a role on the tills and the stores where he has it."""

    _name = "hr.employee"
    _inherit = ["hr.employee", "fynlo.uuid.mixin"]

    fynlo_uuid = fields.Char(groups="hr.group_hr_user")
    fynlo_role = fields.Selection(
        [(role, role.title()) for role in EMPLOYEE_ROLES],
        "Role on the tills",
        groups="hr.group_hr_user",
        tracking=True,
        copy=False,
        help="What this person may do on the tills. Empty: he cannot sign in there.",
    )
    fynlo_store_ids = fields.Many2many(
        "pos.config",
        "fynlo_employee_store_rel",
        "employee_id",
        "config_id",
        "Stores",
        ondelete="restrict",
        groups="hr.group_hr_user",
        copy=False,
        help="Where this person may sign in. Empty: in every store of the company.",
    )

    @api.constrains("fynlo_role", "user_id")
    def _check_fynlo_owner(self):
        """What an owner may do is bound to an account of his own, never to a shared one."""
        for employee in self.sudo():
            if employee.fynlo_role == "owner" and employee.user_id._fynlo_role() != "owner":
                raise ValidationError(
                    self.env._(
                        "%s needs an Odoo user with the Fynlo role Owner to be an owner.",
                        employee.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # A web client may send ``default_fynlo_role`` as context: a default grants like a value.
        defaults = self.default_get(["fynlo_role", "fynlo_store_ids"])
        for vals in vals_list:
            self._fynlo_check_grant({**defaults, **vals})
        return super().create(vals_list)

    def write(self, vals):
        if {"fynlo_role", "fynlo_store_ids"} & set(vals):
            self._fynlo_check_rank()
            self._fynlo_check_grant(vals)
        elif _STANDING_FIELDS & set(vals):
            self._fynlo_check_standing()
        result = super().write(vals)
        if _IDENTITY_FIELDS & set(vals):
            self._fynlo_close_sessions()
        return result

    @api.model
    def _fynlo_check_grant(self, vals):
        """Nobody gives a role above his own, and only a manager gives roles at all."""
        role = vals.get("fynlo_role")
        if role in ROLES:  # Odoo itself refuses any other word
            self.env["res.users"]._fynlo_require(max("manager", role, key=ROLES.index))
        elif vals.get("fynlo_store_ids"):
            self.env["res.users"]._fynlo_require("manager")

    def _fynlo_check_rank(self):
        """Check that whoever acts is a manager and stands no lower than these employees.

        :raise AccessError: the employees are out of his reach
        :raise ForbiddenError: he is not, or does
        """
        self.check_access("write")
        roles = ["manager", *(role for role in self.sudo().mapped("fynlo_role") if role)]
        self.env["res.users"]._fynlo_require(max(roles, key=ROLES.index))

    def _fynlo_check_standing(self):
        """Check that none of these employees stands above whoever acts.

        Who has no role himself, a clerk of the personnel office say, does what Odoo lets him do.

        :raise ForbiddenError: one does
        """
        roles = [role for role in self.sudo().mapped("fynlo_role") if role]
        if roles and (find_principal(self.env) or self.env.user._fynlo_role()):
            self.env["res.users"]._fynlo_require(max(roles, key=ROLES.index))

    def _fynlo_close_sessions(self):
        """End the sign-ins of these employees on all tills."""
        sessions = self.env["fynlo.auth.session"].sudo()
        sessions.search([("employee_id", "in", self.ids)])._fynlo_revoke()

    def _fynlo_serves(self, store):
        """Tell whether one employee may sign in at ``store``, one ``pos.config``."""
        self_sudo = self.sudo().with_context(active_test=False)
        if not (self_sudo.active and self_sudo.fynlo_role):
            return False
        if self_sudo.company_id != store.company_id:
            return False
        limits = (self_sudo.fynlo_store_ids, self_sudo.user_id.fynlo_store_ids)
        return all(store in limit for limit in limits if limit)

    def _fynlo_acting_user(self):
        """Return ``(user, role)`` that one employee acts as on a till; the user is sudoed.

        The role is the lower one of his own and of his Odoo user's. He acts as that user only if
        both are the same: four digits shall not carry the rights of an administrator. Everyone
        else acts as the technical user of the role.

        :raise ForbiddenError: no role, or his Odoo user is archived
        """
        self_sudo = self.sudo()
        role, user_sudo = self_sudo.fynlo_role, self_sudo.user_id
        if not role:
            raise ForbiddenError()
        if user_sudo and not user_sudo.active:
            raise ForbiddenError(self.env._("The Odoo user of this employee is archived."))
        own_role = user_sudo._fynlo_role() if user_sudo else None
        if own_role is None or self_sudo.company_id not in user_sudo.company_ids:
            return self_sudo.company_id._fynlo_technical_user(role), role
        if ROLES.index(own_role) <= ROLES.index(role):
            return user_sudo, own_role
        return self_sudo.company_id._fynlo_technical_user(role), role
