import base64
import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.secrets import derive
from ..exceptions import TokenInvalidError, TokenReusedError

#: The answer to a refresh may get lost: for so long the same token gets the same answer.
GRACE = timedelta(seconds=30)
RETENTION_DAYS = 30
PREFIX = "fyr_"
REFRESH_INVALID = "The refresh token is not valid. Sign in again."


class FynloRefreshToken(models.Model):
    """Every refresh token of a session, by its hash; at most the last one is unused."""

    _name = "fynlo.refresh.token"
    _description = "Fynlo refresh token"
    _log_access = False
    _order = "id desc"

    session_id = fields.Many2one(
        "fynlo.auth.session", required=True, readonly=True, index=True, ondelete="cascade"
    )
    token_hash = fields.Char(required=True, readonly=True, help="SHA-256 of the token")
    used_at = fields.Datetime(readonly=True, index=True)

    _token_hash_unique = models.UniqueIndex("(token_hash)")

    @api.model
    def _fynlo_issue(self, session, token=None):
        """Store a refresh token of ``session`` (one record, sudoed) and return its text.

        :param token: its text; a new random one when left out
        """
        token = token or PREFIX + secrets.token_urlsafe(32)
        self.sudo().create({"session_id": session.id, "token_hash": _hash(token)})
        return token

    @api.model
    def _fynlo_exchange(self, token):
        """Use up ``token``; return ``(session, next token)``, the session sudoed and not checked.

        The next token is computed from this one, so that a till that lost the answer gets the
        same answer when it asks again: within ``GRACE``, and as long as nobody used the next one.
        At any other time a used token means that two parties hold it: the session ends.

        :raise TokenInvalidError: not a refresh token of this database
        :raise TokenReusedError: the token was used before
        """
        following = _follow(token)
        self.env.cr.execute(
            SQL(
                """UPDATE fynlo_refresh_token SET used_at = %s
                   WHERE token_hash = %s AND used_at IS NULL RETURNING session_id""",
                fields.Datetime.now(),
                _hash(token),
            )
        )
        sessions_sudo = self.env["fynlo.auth.session"].sudo()
        if row := self.env.cr.fetchone():
            session_sudo = sessions_sudo.browse(row[0])
            self._fynlo_issue(session_sudo, following)
        else:
            session_sudo = sessions_sudo.browse(self._fynlo_recall(token, following))
        return session_sudo, following

    def _fynlo_recall(self, token, following):
        """Return the session id of a used ``token`` that may be answered once more."""
        self.env.cr.execute(
            SQL(
                """SELECT used.session_id, used.used_at > %s AND EXISTS (
                       SELECT FROM fynlo_refresh_token AS next
                       WHERE next.token_hash = %s AND next.used_at IS NULL)
                   FROM fynlo_refresh_token AS used WHERE used.token_hash = %s""",
                fields.Datetime.now() - GRACE,
                _hash(following),
                _hash(token),
            )
        )
        session_id, is_allowed = self.env.cr.fetchone() or (None, False)
        if session_id is None:
            raise TokenInvalidError(REFRESH_INVALID)
        if not is_allowed:
            self.env["fynlo.auth.session"]._fynlo_end_reused(session_id)
            raise TokenReusedError()
        return session_id

    @api.autovacuum
    def _gc_used_tokens(self):
        """Forget old used tokens: they open nothing, and by now nobody waits for an alarm."""
        limit = fields.Datetime.now() - timedelta(days=RETENTION_DAYS)
        self.env.cr.execute(SQL("DELETE FROM fynlo_refresh_token WHERE used_at < %s", limit))


def _hash(token):
    return sha256(token.encode()).hexdigest()


def _follow(token):
    """Return the token that comes after ``token``; only the server can compute it.

    :raise NotConfiguredError: the server has no secret
    """
    digest = hmac.digest(derive("refresh-token"), token.encode(), "sha256")
    return PREFIX + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
