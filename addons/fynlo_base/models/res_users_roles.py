from odoo import SUPERUSER_ID, api, fields, models, tools
from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.fields import Domain

from ..exceptions import ForbiddenError
from ..principal import find_principal

#: Every role, from the least to the most.
ROLES = ("device", "kitchen", "cashier", "supervisor", "manager", "owner")


class ResUsers(models.Model):
    """Roles and stores of a user, and the users that nobody can sign in as.

    A *technical user* is what an employee without an Odoo user, or a till that nobody is signed
    in on, acts as: one for each company and role. It exists for access rights alone.
    """

    _name = "res.users"
    _inherit = ["res.users", "fynlo.uuid.mixin"]

    fynlo_store_ids = fields.Many2many(
        "pos.config",
        "fynlo_user_store_rel",
        "user_id",
        "config_id",
        "Fynlo stores",
        # An empty list means every store, so losing the last one must not be possible unseen.
        ondelete="restrict",
        help="The only stores whose sales this user sees. Empty: all stores of the companies.",
    )
    fynlo_technical_role = fields.Selection(
        [(role, role.title()) for role in ROLES], "Acts for", readonly=True, copy=False
    )
    fynlo_technical = fields.Boolean(
        "Fynlo technical user", compute="_compute_fynlo_technical", store=True
    )

    _fynlo_technical_unique = models.UniqueIndex(
        "(company_id, fynlo_technical_role) WHERE fynlo_technical_role IS NOT NULL",
        "This company has a technical user for the role.",
    )

    @api.depends("fynlo_technical_role")
    def _compute_fynlo_technical(self):
        for user in self:
            user.fynlo_technical = bool(user.fynlo_technical_role)

    def _fynlo_role(self):
        """Return the highest role of one user, ``None`` for a user without one.

        The groups are read, not asked of ``has_group()``: its cache may be older than the token
        epoch of the session that is opened with this role.
        """
        group_ids = self.sudo().all_group_ids._ids
        for role in reversed(ROLES):
            if self.env.ref(f"fynlo_base.group_fynlo_{role}").id in group_ids:
                return role
        return None

    def _fynlo_stores(self):
        """Return the active stores that one user may serve, sudoed; may be empty."""
        user_sudo = self.sudo().with_context(active_test=False)
        stores = self.env["pos.config"].sudo()
        found = stores.search([("company_id", "in", user_sudo.company_ids.ids)], order="id")
        limit = user_sudo.fynlo_store_ids
        return found & limit if limit else found

    @api.model
    def _fynlo_require(self, role):
        """Check that whoever acts, by the API or in the web client, has ``role`` or more.

        :raise ForbiddenError: he has not
        """
        principal = find_principal(self.env)
        if principal is None and self.env.uid == SUPERUSER_ID:
            return  # the system itself
        acting = principal.role if principal else self.env.user._fynlo_role()
        if acting is None or ROLES.index(acting) < ROLES.index(role):
            raise ForbiddenError()

    @api.model
    @tools.ormcache(cache="stable")
    def _fynlo_limits(self):
        """Return ``{user id: store ids}`` of the users who are limited to some stores.

        One entry for the whole database: an ordinary user costs no query.
        """
        self.env.cr.execute(
            """SELECT user_id, array_agg(config_id ORDER BY config_id)
               FROM fynlo_user_store_rel GROUP BY user_id"""
        )
        return {user_id: tuple(store_ids) for user_id, store_ids in self.env.cr.fetchall()}

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("fynlo_technical_role") for vals in vals_list) and not self.env.su:
            raise AccessError(self.env._("Fynlo makes its technical users itself."))
        users = super().create(vals_list)
        if any(vals.get("fynlo_store_ids") for vals in vals_list):
            self.env.registry.clear_cache("stable")  # and the rules made of it
        return users

    def write(self, vals):
        if "fynlo_technical_role" in vals and not self.env.su:
            raise AccessError(self.env._("Fynlo makes its technical users itself."))
        if vals.get("password") and any(user.fynlo_technical for user in self.sudo()):
            raise UserError(self.env._("Nobody can sign in as a technical user of Fynlo."))
        result = super().write(vals)
        if "fynlo_store_ids" in vals:
            self.env.registry.clear_cache("stable")  # and the rules made of it
        return result

    @api.model
    def _get_login_domain(self, login):
        """No way of signing in or resetting a password finds a technical user."""
        return Domain(super()._get_login_domain(login)) & Domain("fynlo_technical", "=", False)

    @api.model
    def _get_email_domain(self, email):
        return Domain(super()._get_email_domain(email)) & Domain("fynlo_technical", "=", False)

    def _check_credentials(self, credential, env):
        if self.env.user.fynlo_technical:
            raise AccessDenied()
        return super()._check_credentials(credential, env)

    def _action_reset_password(self, *args, **kwargs):
        if any(user.fynlo_technical for user in self.sudo()):
            raise UserError(self.env._("Nobody can sign in as a technical user of Fynlo."))
        return super()._action_reset_password(*args, **kwargs)

    @api.model
    def _fynlo_archive_technical(self):
        """Put all technical users away when the module is removed."""
        self.sudo().search([("fynlo_technical", "=", True)]).active = False


class ResUsersApikeys(models.Model):
    _inherit = "res.users.apikeys"

    def _check_credentials(self, *, scope, key):
        user_id = super()._check_credentials(scope=scope, key=key)
        if user_id and self.env["res.users"].sudo().browse(user_id).fynlo_technical:
            return None
        return user_id

    def _generate(self, scope, name, expiration_date):
        if self.env.user.fynlo_technical:
            raise AccessError(self.env._("Nobody can sign in as a technical user of Fynlo."))
        return super()._generate(scope, name, expiration_date)
