from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import pairing, secrets
from ..exceptions import PairingCodeInvalidError

LIFETIME_MIN = 10


class FynloPairingCode(models.Model):
    """The right to pair one till with one store: used once, within ten minutes."""

    _name = "fynlo.pairing.code"
    _description = "Fynlo pairing code"
    _order = "id desc"
    _rec_name = "config_id"

    code_hash = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    config_id = fields.Many2one(
        "pos.config", "Store", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="config_id.company_id", store=True, index=True)
    expires_at = fields.Datetime(required=True, readonly=True, index=True)
    used_at = fields.Datetime(readonly=True)

    _code_hash_unique = models.UniqueIndex("(code_hash)")

    @api.model
    def _fynlo_issue(self, store):
        """Make a code for ``store``, one ``pos.config`` that the user may read.

        :return: ``(code, record)``; the code is told here and never again
        :raise ForbiddenError: the one who acts is no manager
        """
        self.env["res.users"]._fynlo_require("manager")
        store.ensure_one().check_access("read")
        code = pairing.make_code()
        record_sudo = self.sudo().create(
            {
                "code_hash": pairing.hash_code(secrets.derive("pairing"), code),
                "config_id": store.id,
                "expires_at": fields.Datetime.now() + timedelta(minutes=LIFETIME_MIN),
            }
        )
        self.env["fynlo.audit"]._fynlo_log("device.offer", store)
        return code, record_sudo

    @api.model
    def _fynlo_claim(self, code):
        """Use a code up and return its store, sudoed.

        One statement finds and marks the row: of two tills with the same code the second waits
        for the first, then runs again and finds nothing.

        :raise PairingCodeInvalidError: unknown, used, or too old
        """
        self.env.cr.execute(
            SQL(
                """UPDATE fynlo_pairing_code SET used_at = now() AT TIME ZONE 'UTC'
                   WHERE code_hash = %s AND used_at IS NULL
                     AND expires_at > clock_timestamp() AT TIME ZONE 'UTC'
                   RETURNING config_id""",
                pairing.hash_code(secrets.derive("pairing"), code),
            ),
            log_exceptions=False,
        )
        row = self.env.cr.fetchone()
        if row is None:
            raise PairingCodeInvalidError()
        return self.env["pos.config"].sudo().browse(row[0])

    @api.autovacuum
    def _gc_codes(self):
        self.env.cr.execute(
            """DELETE FROM fynlo_pairing_code
               WHERE expires_at < now() AT TIME ZONE 'UTC' - interval '1 day'"""
        )
