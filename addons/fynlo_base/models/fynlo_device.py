from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .fynlo_lockout import LockoutPolicy

PAIRING_POLICY = LockoutPolicy(free_attempts=10, first_lock_s=300, window_s=3600)
_TOUCH_EVERY_S = 60


class FynloDevice(models.Model):
    """A till that was paired with a store. A revoked one stays: its sales name it."""

    _name = "fynlo.device"
    _description = "Till"
    _inherit = ["fynlo.uuid.mixin"]
    _order = "state, company_id, number desc, id"

    name = fields.Char(required=True)
    number = fields.Integer(
        required=True, readonly=True, copy=False, aggregator=None, help="Printed in receipt numbers"
    )
    config_id = fields.Many2one(
        "pos.config", "Store", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="config_id.company_id", store=True, index=True)
    platform = fields.Selection(
        [
            ("ios", "iPhone"),
            ("ipados", "iPad"),
            ("android", "Android"),
            ("web", "Browser"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
        default="other",
    )
    state = fields.Selection(
        [("active", "Active"), ("revoked", "Revoked")],
        required=True,
        readonly=True,
        default="active",
        copy=False,
    )
    last_seen_at = fields.Datetime("Last seen", readonly=True, copy=False)
    revoked_at = fields.Datetime("Revoked on", readonly=True, copy=False)

    _number_unique = models.UniqueIndex(
        "(company_id, number)", "Another till of the company has this number."
    )
    _number_smallint = models.Constraint(
        "CHECK (number BETWEEN 1 AND 32767)", "A till's number lies between 1 and 32767."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            store = self.env["pos.config"].browse(vals["config_id"])
            vals["number"] = store.company_id._fynlo_next_device_number()
        return super().create(vals_list)

    def write(self, vals):
        """A manager may give a till another name; all else has its own way."""
        if not self.env.su and set(vals) - {"name"}:
            raise AccessError(self.env._("Only the name of a till can be changed."))
        return super().write(vals)

    @api.model
    def _fynlo_pair(self, command, address):
        """Pair the till that asks; it needs no token, the code is its right.

        :param command: a ``DevicePair``
        :param address: where the request comes from; guesses are counted by it
        :return: ``(device, tokens)``, the device sudoed
        :raise PairingCodeInvalidError: the code is unknown, used or too old
        :raise LockedOutError: too many guesses from this address
        """
        gate = f"pairing:{address}"
        self.env["fynlo.lockout"]._fynlo_attempt(gate, PAIRING_POLICY)
        store_sudo = self.env["fynlo.pairing.code"]._fynlo_claim(command.code)
        # At once: if another pairing is in the way, this one runs again and is no new guess.
        self.env["fynlo.lockout"]._fynlo_forgive(gate, PAIRING_POLICY)
        device_sudo = self.sudo().create(
            {
                "name": command.name,
                "platform": command.platform,
                "config_id": store_sudo.id,
                "last_seen_at": fields.Datetime.now(),
            }
        )
        return device_sudo, device_sudo._fynlo_open_session()

    def _fynlo_open_session(self):
        """Start the token family of one till and log the pairing as the till's own act."""
        user_sudo = self.company_id._fynlo_technical_user("device")
        as_till = self.with_user(user_sudo).with_company(self.company_id)
        as_till.env["fynlo.audit"]._fynlo_log(
            "device.pair", self, {"storeId": self.config_id.fynlo_uuid, "platform": self.platform}
        )
        sessions = self.env["fynlo.auth.session"].sudo()
        return sessions._fynlo_open(
            user_sudo, "device", self.config_id, device=self, name=self.name
        )

    def _fynlo_revoke(self):
        """Shut the tills out at once, with everyone who is signed in on them.

        :raise ForbiddenError: the one who acts is no manager
        """
        self.env["res.users"]._fynlo_require("manager")
        self.check_access("read")
        active_sudo = self.sudo().filtered(lambda device: device.state == "active")
        active_sudo.write({"state": "revoked", "revoked_at": fields.Datetime.now()})
        sessions = self.env["fynlo.auth.session"].sudo()
        sessions.search([("device_id", "in", active_sudo.ids)])._fynlo_revoke()
        for device in active_sudo:
            self.env["fynlo.audit"]._fynlo_log("device.revoke", device)

    def _fynlo_touch(self):
        """Note that one till was heard of: once a minute, and never waiting for a lock."""
        self.env.cr.execute(
            SQL(
                """UPDATE fynlo_device SET last_seen_at = now() AT TIME ZONE 'UTC'
                   WHERE id = (
                       SELECT id FROM fynlo_device
                       WHERE id = %s AND COALESCE(last_seen_at, '-infinity')
                           < now() AT TIME ZONE 'UTC' - make_interval(secs => %s)
                       FOR UPDATE SKIP LOCKED)""",
                self.id,
                _TOUCH_EVERY_S,
            )
        )
        self.invalidate_recordset(["last_seen_at"], flush=False)

    @api.model
    def _fynlo_page(self, query):
        """Return ``(devices, total)`` of one page of the tills that the user may see.

        :param query: a ``DeviceQuery``
        """
        order = f"{query.order_field} {query.sort_order}, id"
        offset = (query.page - 1) * query.limit
        return self.search([], offset=offset, limit=query.limit, order=order), self.search_count([])

    def action_fynlo_revoke(self):
        """Button of the manager: shut the tills out."""
        self._fynlo_revoke()
