from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import tokens
from ..exceptions import (
    ForbiddenError,
    NotFoundError,
    TokenExpiredError,
    TokenInvalidError,
    TokenMissingError,
)
from ..own_cursor import own_cursor
from ..principal import Principal, principal_of
from ..session_state import CREATE_FUNCTION, DROP_FUNCTION, read_state
from .fynlo_refresh_token import REFRESH_INVALID
from .res_users_roles import ROLES

_SLIDING_DAYS = 30
_DEVICE_SLIDING_DAYS = 180
_ACCESS_ONLY = timedelta(seconds=tokens.LIFETIME_S)
#: ``last_used_at`` is written at most once in this time.
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class TokenPair:
    """What a sign-in gives: ``refresh_token`` is ``None`` for a PIN on a till."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: int  # seconds


@dataclass(frozen=True)
class Access:
    """The user a request runs as, and its context with the principal."""

    user_id: int
    context: dict


class FynloAuthSession(models.Model):
    """One sign-in: every token that came from it lives and dies with this row.

    The row is read at each request, so what ends it (a logout, a new password, another group, an
    archived user, a revoked device) is felt by the next request on every worker.
    """

    _name = "fynlo.auth.session"
    _inherit = "fynlo.uuid.mixin"
    _description = "Fynlo session"
    _order = "id desc"

    name = fields.Char(readonly=True, help="What the client calls itself")
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    device_id = fields.Many2one("fynlo.device", readonly=True, index=True, ondelete="cascade")
    employee_id = fields.Many2one("hr.employee", readonly=True, index=True, ondelete="cascade")
    role = fields.Selection([(role, role.title()) for role in ROLES], required=True, readonly=True)
    store_ids = fields.Many2many(
        "pos.config", "fynlo_session_store_rel", "session_id", "config_id", readonly=True
    )
    epoch = fields.Integer(required=True, readonly=True, help="The user's token epoch at sign-in")
    ip = fields.Char("Address", readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True, index=True)
    last_used_at = fields.Datetime(required=True, readonly=True)
    revoked_at = fields.Datetime(readonly=True)
    revoke_reason = fields.Char(readonly=True)

    def init(self):
        super().init()
        self.env.cr.execute(CREATE_FUNCTION)

    # --- Opening and going on

    @api.model
    def _fynlo_open(self, user, role, stores, device=None, employee=None, name=None, ip=None):
        """Open a session and return its first :class:`TokenPair`.

        The caller has proved who it is for. An employee on a till gets an access token alone.

        :param user: the user that requests run as, one record
        :param stores: ``pos.config`` records the session may serve at most
        :param device: the till it is bound to; then it serves that till's store and no other
        :param employee: who signed in by PIN
        """
        now = fields.Datetime.now()
        session_sudo = self.sudo().create({
            "name": name,
            "user_id": user.id,
            "role": role,
            "store_ids": stores.ids,
            "device_id": device.id if device else None,
            "employee_id": employee.id if employee else None,
            "epoch": user._fynlo_read_epoch(),
            "ip": ip,
            "expires_at": now + (_ACCESS_ONLY if employee else _sliding_time(role)),
            "last_used_at": now,
        })  # fmt: skip
        refresh_token = None
        if not employee:
            refresh_token = self.env["fynlo.refresh.token"]._fynlo_issue(session_sudo)
        return session_sudo._fynlo_make_pair(refresh_token)

    @api.model
    def _fynlo_refresh(self, refresh_token, ip=None):
        """Exchange a refresh token for a new :class:`TokenPair`.

        :raise TokenInvalidError: unknown, or its session is over
        :raise TokenReusedError: it was used before; the session is over now
        """
        session_sudo, following = self.env["fynlo.refresh.token"]._fynlo_exchange(refresh_token)
        if read_state(self.env.cr, session_sudo.fynlo_uuid) is None:
            raise TokenInvalidError(REFRESH_INVALID)
        now = fields.Datetime.now()
        vals = {"expires_at": now + _sliding_time(session_sudo.role), "last_used_at": now, "ip": ip}
        if not session_sudo.device_id:
            vals["store_ids"] = session_sudo.user_id._fynlo_stores().ids
        session_sudo.write(vals)
        return session_sudo._fynlo_make_pair(following)

    def _fynlo_make_pair(self, refresh_token):
        claims = {"sub": self.user_id.fynlo_uuid, "sid": self.fynlo_uuid, "role": self.role}
        if self.device_id:
            claims |= {"dev": self.device_id.fynlo_uuid, "sto": self.device_id.config_id.fynlo_uuid}
        if self.employee_id:
            claims["emp"] = self.employee_id.fynlo_uuid
        access_token = self.env["fynlo.signing.key"]._fynlo_sign(claims)
        return TokenPair(access_token, refresh_token, tokens.LIFETIME_S)

    # --- Ending

    def _fynlo_revoke(self, reason="revoked"):
        """End these sessions; the caller has checked the right to."""
        live_sudo = self.sudo().filtered(lambda session: not session.revoked_at)
        live_sudo.write({"revoked_at": fields.Datetime.now(), "revoke_reason": reason})

    @api.model
    def _fynlo_end_reused(self, session_id):
        """End a session at once, although the request that found the reuse will fail."""
        with own_cursor(self.env) as cr:
            cr.execute(
                SQL(
                    """UPDATE fynlo_auth_session
                       SET revoked_at = %s, revoke_reason = 'token_reused'
                       WHERE id = %s AND revoked_at IS NULL""",
                    fields.Datetime.now(),
                    session_id,
                )
            )

    @api.model
    def _fynlo_end(self, uuid):
        """End one session: an own one, or as an owner anybody's in the company.

        :raise NotFoundError: there is no such session, or it is somebody else's
        """
        session_sudo = self.sudo()._fynlo_by_uuid(uuid).filtered_domain(self._fynlo_domain_to_end())
        if not session_sudo:
            raise NotFoundError()
        session_sudo._fynlo_revoke("ended")
        self.env["fynlo.audit"]._fynlo_log("session.end", session_sudo)

    @api.model
    def _fynlo_logout(self):
        """End the session of the token that came with this request."""
        session_sudo, _stores = self._fynlo_read_own()
        session_sudo._fynlo_revoke("logout")

    def action_end(self):
        """Button of the administrator: end these sessions."""
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only an administrator ends sessions here."))
        self._fynlo_revoke("ended")

    # --- Whose they are

    def _fynlo_own_domain(self):
        """Technical users are shared, so what is one's own depends on who signed in."""
        principal = principal_of(self.env)
        if principal.employee_id:
            return Domain("employee_id", "=", principal.employee_id)
        if principal.device_id:
            return Domain("device_id", "=", principal.device_id) & Domain("role", "=", "device")
        return Domain("user_id", "=", principal.user_id)

    def _fynlo_domain_to_end(self):
        domain = self._fynlo_own_domain()
        if principal_of(self.env).is_at_least("owner"):
            domain |= Domain("user_id.company_ids", "in", self.env.companies.ids)
        return domain

    # --- Each request

    @api.model
    def _fynlo_authenticate(self, authorization, store_header, spec, request_id):
        """Return the :class:`Access` that an ``Authorization`` header gives to a route.

        :param authorization: the header's value, ``""`` when missing
        :param store_header: value of ``X-Store-Id``, or ``None``
        :param spec: the route's :class:`~..http.route.ApiSpec`
        :raise TokenMissingError, TokenInvalidError, TokenExpiredError: no good token
        :raise ForbiddenError: the route is not for this role
        :raise StoreForbiddenError, StoreRequiredError: the store is not served, or not named
        """
        claims = self._fynlo_read_token(authorization)
        state = self._fynlo_read_state(claims["sid"])
        if state is None:
            raise TokenInvalidError()
        if state.role not in spec.roles:
            raise ForbiddenError()
        store_id, company_ids = state.choose_store(store_header, spec.store_scoped)
        if state.last_used_at < fields.Datetime.now() - _TOUCH_EVERY:
            self.env.cr.postcommit.add(lambda: self._fynlo_touch(state.id))
        principal = Principal(
            user_id=state.user_id,
            company_id=company_ids[0],
            role=state.role,
            session=claims["sid"],
            store_ids=tuple(id_ for id_, _company in state.stores.values()),
            store_id=store_id,
            device_id=state.device_id,
            employee_id=state.employee_id,
            request_id=request_id,
            generations=state.generations,
        )
        return Access(state.user_id, state.make_context(company_ids, principal))

    def _fynlo_read_state(self, uuid):
        """Return the :class:`SessionState` of a session as last committed, or ``None``.

        Asked beside the request: Odoo's pool has a connection forget its plans each time.
        """
        with own_cursor(self.env) as cr:
            return read_state(cr, uuid)

    def _fynlo_read_token(self, authorization):
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenMissingError()
        try:
            return self.env["fynlo.signing.key"]._fynlo_verify(token)
        except tokens.TokenTimeError:
            raise TokenExpiredError() from None
        except tokens.TokenError:
            raise TokenInvalidError() from None

    def _fynlo_touch(self, session_id):
        """Note the use of a session; who is in the way is not waited for."""
        with own_cursor(self.env) as cr:
            cr.execute(
                SQL(
                    """UPDATE fynlo_auth_session SET last_used_at = %s WHERE id = (
                           SELECT id FROM fynlo_auth_session WHERE id = %s
                           FOR NO KEY UPDATE SKIP LOCKED)""",
                    fields.Datetime.now(),
                    session_id,
                )
            )

    @api.model
    def _fynlo_drop_function(self):
        """Leave nothing behind when the module is removed."""
        self.env.cr.execute(DROP_FUNCTION)

    @api.autovacuum
    def _gc_sessions(self):
        """Drop sessions that were over long ago, as the user's company wants it."""
        for company, limit in self.env["fynlo.retention"]._fynlo_limits("ended_sessions_days"):
            domain = Domain("expires_at", "<", limit) | Domain("revoked_at", "<", limit)
            domain &= Domain("user_id.company_id", "=", company.id)
            self.sudo().search(domain).unlink()


def _sliding_time(role):
    days = _DEVICE_SLIDING_DAYS if role == "device" else _SLIDING_DAYS
    return timedelta(days=days)
