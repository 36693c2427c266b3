import logging
import threading

from odoo import SUPERUSER_ID, api, models, tools
from odoo.addons.auth_totp.models.res_users import TOTP_RATE_LIMITS
from odoo.exceptions import AccessDenied, UserError
from odoo.http import DEFAULT_LANG
from odoo.modules.registry import Registry
from odoo.tools import SQL

from ..exceptions import (
    LoginFailedError,
    NoFynloRoleError,
    ResetTokenInvalidError,
    TotpInvalidError,
    TotpRequiredError,
)
from ..http.live_routes import live_routes
from ..own_cursor import own_cursor
from .fynlo_lockout import LockoutPolicy

_logger = logging.getLogger(__name__)

LOGIN_POLICY = LockoutPolicy(free_attempts=5, first_lock_s=60, longest_lock_s=900, window_s=3600)
#: A whole shop may stand behind one address.
ADDRESS_POLICY = LockoutPolicy(free_attempts=20, first_lock_s=60, longest_lock_s=900, window_s=3600)
RESET_POLICY = LockoutPolicy(free_attempts=5, first_lock_s=900, longest_lock_s=3600, window_s=3600)


class ResUsers(models.Model):
    """Signing in to the API with a login and a password, as Odoo's own page does it."""

    _inherit = "res.users"

    @api.model
    def _fynlo_login(self, command, address):
        """Check the credentials; return ``(user, role, stores, tokens)``, the records sudoed.

        :param command: a :class:`~..schemas.auth.Login`
        :param address: where the request comes from; guesses are counted by it too
        :raise LoginFailedError: unknown login or wrong password
        :raise TotpRequiredError, TotpInvalidError: the second factor is missing or wrong
        :raise NoFynloRoleError: good credentials of somebody without a role
        :raise LockedOutError: too many wrong attempts
        """
        user = self._fynlo_identify(command, address)
        role = user._fynlo_role()
        if role in (None, "device"):
            raise NoFynloRoleError()
        stores_sudo = user._fynlo_stores()
        tokens = self.env["fynlo.auth.session"]._fynlo_open(
            user, role, stores_sudo, name=command.device_name, ip=address
        )
        user.env["fynlo.audit"]._fynlo_log("auth.login", user, {"name": command.device_name})
        return user.sudo(), role, stores_sudo, tokens

    def _fynlo_identify(self, command, address):
        """Return the user whose credentials these are; he is his own ``env.user``."""
        lockout = self.env["fynlo.lockout"]
        address_gate, login_gate = f"login:address:{address}", f"login:{command.login}"
        lockout._fynlo_attempt(address_gate, ADDRESS_POLICY)
        lockout._fynlo_attempt(login_gate, LOGIN_POLICY)
        user, needs_code = self._fynlo_check_password(command)
        if needs_code and command.totp is None:
            lockout._fynlo_forgive(address_gate, ADDRESS_POLICY)
            lockout._fynlo_forgive(login_gate, LOGIN_POLICY)
            raise TotpRequiredError()
        if needs_code:
            user._fynlo_check_totp(command.totp, address)
        lockout._fynlo_forgive(address_gate, ADDRESS_POLICY)
        lockout._fynlo_clear(login_gate)
        return user

    def _fynlo_check_password(self, command):
        """Return ``(user, whether a second factor is asked)``; the user is its own ``env.user``."""
        password = command.password.get_secret_value()
        credential = {"type": "password", "login": command.login, "password": password}
        # With a language, because Odoo fails to find one for the words of its own cooldown.
        users = self.with_context(lang=self.env.lang or DEFAULT_LANG)
        try:
            info = users.authenticate(credential, {"interactive": True})
        except AccessDenied:
            self._fynlo_spend_hash_time(command.login)
            raise LoginFailedError() from None
        user = users.with_user(info["uid"]).browse(info["uid"])
        return user, info.get("mfa") != "skip" and bool(user._mfa_url())

    def _fynlo_spend_hash_time(self, login):
        """Let a login without a password take as long to refuse as one with a password."""
        user_sudo = self.sudo().search(self._get_login_domain(login), limit=1)
        self.env.cr.execute(
            SQL("SELECT FROM res_users WHERE id = %s AND password <> ''", user_sudo.id or None)
        )
        if not self.env.cr.rowcount:
            self._crypt_context().hash(login)

    def _fynlo_check_totp(self, code, address):
        """Check the code of the authenticator app of one user, within Odoo's limit of tries."""
        if self._mfa_type() != "totp":
            raise TotpRequiredError(self.env._("Set up an authenticator app in Odoo first."))
        try:
            with self._assert_can_auth(user=self.id):
                credential = {"type": "totp", "token": int(code)}
                self._check_credentials(credential, {"interactive": True})
        except AccessDenied:
            self._fynlo_keep_failed_code(address)
            raise TotpInvalidError() from None

    def _fynlo_keep_failed_code(self, address):
        """Keep Odoo's note of the failed try, which goes with the rollback of this request."""
        limit, interval_s = TOTP_RATE_LIMITS["code_check"]
        query = SQL(
            """
            INSERT INTO auth_totp_rate_limit_log
                (user_id, ip, limit_type, create_uid, create_date, write_uid, write_date)
            SELECT id, %(ip)s, 'code_check', id, moment, id, moment
            FROM res_users, (SELECT now() AT TIME ZONE 'UTC' AS moment) AS clock
            WHERE id = %(user_id)s AND %(limit)s > (
                SELECT count(*) FROM auth_totp_rate_limit_log AS log
                WHERE log.user_id = %(user_id)s AND log.limit_type = 'code_check'
                  AND log.create_date >= moment - make_interval(secs => %(interval_s)s))
            """,
            ip=address,
            user_id=self.id,
            limit=limit,
            interval_s=interval_s,
        )
        with own_cursor(self.env) as cr:
            cr.execute(query)

    @api.model
    @tools.ormcache("role", cache="routing")
    def _fynlo_permissions(self, role):
        """Return the sorted names of the operations that ``role`` may call."""
        return tuple(sorted({spec.name for _, spec in live_routes(self.env) if role in spec.roles}))

    # --- Forgotten passwords

    @api.model
    def _fynlo_ask_reset(self, email):
        """Send Odoo's mail with a link, if there is such an account.

        The mail is made after the answer, in a thread of its own: neither the answer nor its
        time tells whether the account exists.

        :raise LockedOutError: asked too often for this address
        """
        self.env["fynlo.lockout"]._fynlo_attempt(f"reset:{email.lower()}", RESET_POLICY)
        database = self.env.cr.dbname
        self.env.cr.postcommit.add(
            lambda: threading.Thread(target=_send_reset_mail, args=(database, email)).start()
        )

    @api.model
    def _fynlo_mail_reset(self, email):
        """Send the mail to the one account with that login or address, if it is allowed."""
        allowed = self.env["ir.config_parameter"].sudo().get_param("auth_signup.reset_password")
        users = self.sudo().search(self._get_login_domain(email))
        users = users or self.sudo().search(self._get_email_domain(email))
        if allowed == "True" and len(users) == 1 and users._fynlo_role():
            users.action_reset_password()

    @api.model
    def _fynlo_reset_password(self, command):
        """Set a new password by the token of the mail; every sign-in of the user ends.

        :param command: a :class:`~..schemas.auth.PasswordReset`
        :raise ResetTokenInvalidError: forged, used, too old, or for nobody's account
        """
        partners_sudo = self.env["res.partner"].sudo()
        try:
            partner_sudo = partners_sudo._get_partner_from_token(command.token)
        except ValueError:  # not even the form of a token
            partner_sudo = None
        if not (partner_sudo and partner_sudo.user_ids):
            raise ResetTokenInvalidError()
        user_sudo = partner_sudo.user_ids[0]
        self.sudo().signup({"password": command.password.get_secret_value()}, command.token)
        user_sudo.with_user(user_sudo).env["fynlo.audit"]._fynlo_log("auth.reset", user_sudo)


def _send_reset_mail(database, email):
    threading.current_thread().dbname = database
    try:
        with Registry(database).cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["res.users"]._fynlo_mail_reset(email)
    except UserError as error:
        _logger.info("No password mail was sent: %s", error)
    except Exception:
        _logger.exception("The password mail could not be sent.")
