from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.engine import tokens
from odoo.addons.fynlo_base.own_cursor import own_cursor
from odoo.tools import SQL

_LIFETIME = timedelta(seconds=tokens.LIFETIME_S)


class FynloAuthSession(models.Model):
    """Pages of the web client: signed in with the websocket gateway and nowhere else.

    Such a session has no refresh token, serves one store, and lives as long as one token.
    """

    _inherit = "fynlo.auth.session"

    web_session = fields.Char(
        readonly=True,
        index="btree_not_null",
        groups=fields.NO_ACCESS,
        help="Of a page: what of Odoo's session id does not rotate, as in Odoo's list of devices",
    )

    @api.model
    def _fynlo_open_page(self, store, web_session, ip=None):
        """Return a token of the present user that the gateway takes for one store.

        The pages of a store that one web session shows share a row, which goes on while they ask.
        The caller has checked that the user serves the store.
        """
        user, now = self.env.user, fields.Datetime.now()
        epoch = user._fynlo_read_epoch()
        sessions_sudo = self.sudo()
        session_sudo = sessions_sudo.search([
            ("web_session", "=", web_session), ("user_id", "=", user.id), ("epoch", "=", epoch),
            ("store_ids", "=", store.id), ("revoked_at", "=", False), ("expires_at", ">", now),
        ], limit=1)  # fmt: skip
        lived = {"expires_at": now + _LIFETIME, "last_used_at": now, "ip": ip}
        if session_sudo:
            session_sudo.write(lived)
        else:
            session_sudo = sessions_sudo.create({
                **lived, "name": "Web page", "user_id": user.id, "role": user._fynlo_role(),
                "epoch": epoch, "store_ids": store.ids, "web_session": web_session,
            })  # fmt: skip
        claims = {"sub": user.fynlo_uuid, "sid": session_sudo.fynlo_uuid, "role": session_sudo.role}
        claims["sto"] = store.fynlo_uuid
        return self.env["fynlo.signing.key"]._fynlo_sign(claims, tokens.REALTIME_AUDIENCE)

    @api.model
    def _fynlo_end_pages(self, web_session):
        """End the pages of a web session at once: its user logs out, perhaps read-only."""
        with own_cursor(self.env) as cr:
            cr.execute(
                SQL(
                    """UPDATE fynlo_auth_session SET revoked_at = %s, revoke_reason = 'logout'
                       WHERE web_session = %s AND revoked_at IS NULL""",
                    fields.Datetime.now(),
                    web_session,
                )
            )

    @api.autovacuum
    def _gc_pages(self):
        """Drop the sessions of pages that were closed: they opened nothing and prove nothing."""
        self.sudo().search([
            ("web_session", "!=", False), ("expires_at", "<", fields.Datetime.now()),
        ]).unlink()  # fmt: skip
