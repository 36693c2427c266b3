from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError, NotFoundError, StaleVersionError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..exceptions import DeviceRequiredError

KINDS = [
    ("printer", "Printer"),
    ("drawer", "Cash drawer"),
    ("scanner", "Scanner"),
    ("reader", "Card reader"),
    ("display", "Display"),
]
CONNECTIONS = [
    ("network", "Network"),
    ("bluetooth", "Bluetooth"),
    ("usb", "USB"),
    ("built_in", "Built in"),
]
TEST_STATES = [("queued", "Waiting for a till"), ("passed", "Passed"), ("failed", "Failed")]
#: Fields of a body that are written as they are.
_PLAIN_FIELDS = ("name", "connection", "address", "paper")
_REPORTED = frozenset(("status", "last_seen_at", "reported_by_id"))


_SERVER_FIELDS = frozenset(("version",))


class FynloHardware(models.Model):
    """A device beside a till. The server never reaches it: tills do, and report what they find."""

    _name = "fynlo.hardware"
    _inherit = ["fynlo.uuid.mixin", "fynlo.settings.part"]
    _description = "Hardware"
    _order = "config_id, kind, name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, required=True, default="printer")
    connection = fields.Selection(CONNECTIONS, required=True, default="network")
    address = fields.Char(help="A host, a Bluetooth address or a USB id.")
    station_id = fields.Many2one(
        "fynlo.kitchen.station", "Kitchen Station", index="btree_not_null", ondelete="set null"
    )
    paper = fields.Selection([("80mm", "80 mm"), ("58mm", "58 mm")], default="80mm", required=True)
    version = fields.Integer(default=1, readonly=True, copy=False, aggregator=None)
    status = fields.Selection(
        [("unknown", "Unknown"), ("online", "Online"), ("offline", "Offline")],
        default="unknown",
        required=True,
        readonly=True,
        copy=False,
    )
    last_seen_at = fields.Datetime("Last Report", readonly=True, copy=False)
    reported_by_id = fields.Many2one(
        "fynlo.device", "Reported by", readonly=True, copy=False, ondelete="set null"
    )
    test_ids = fields.One2many("fynlo.hardware.check", "hardware_id", "Tests")
    last_test_state = fields.Selection(TEST_STATES, "Last Test", compute="_compute_last_test_state")

    _name_unique = models.UniqueIndex(
        "(config_id, name) WHERE active", "The store has hardware of this name."
    )

    @api.depends("test_ids.state")
    def _compute_last_test_state(self):
        for hardware in self:
            hardware.last_test_state = hardware.test_ids.sorted("id")[-1:].state

    @api.constrains("config_id", "station_id")
    def _check_station(self):
        for hardware in self.sudo():
            if hardware.station_id and hardware.station_id.config_id != hardware.config_id:
                raise ValidationError(self.env._("The station belongs to another store."))

    def _fynlo_untold(self):
        return _REPORTED | {"test_ids"}

    def write(self, vals):
        """Count the versions of what was set up; a till's report makes none."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        if _REPORTED.issuperset(vals) or "version" in vals:
            return super().write(vals)
        for version, hardware in self.grouped("version").items():
            super(FynloHardware, hardware).write({**vals, "version": version + 1})
        return True

    def action_fynlo_test(self):
        """Button: let a till test it; the result shows when the till answers."""
        self.ensure_one()
        self.check_access("write")
        self.env["fynlo.hardware.check"]._fynlo_queue(self)

    @api.model
    def _fynlo_page(self, query):
        """Return ``(hardware, total)``: a page of that of the principal's store.

        :param query: a ``PageQuery``
        :return: the hardware sudoed
        """
        # What stands beside a till is no secret to who works at it.
        domain = [("config_id", "=", principal_of(self.env).store_id)]
        found_sudo = self.sudo().search(
            domain, limit=query.limit, offset=(query.page - 1) * query.limit
        )
        return found_sudo, self.sudo().search_count(domain)

    @api.model
    def _fynlo_find(self, uuid):
        """Return the hardware of the principal's store with that id, sudoed, archived or not.

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        store_id = principal_of(self.env).store_id
        domain = [("fynlo_uuid", "=", str(uuid)), ("config_id", "=", store_id)]
        found_sudo = self.sudo().with_context(active_test=False).search(domain, limit=1)
        if not found_sudo:
            raise NotFoundError()
        return found_sudo

    @api.model
    def _fynlo_create_hardware(self, command):
        """Add hardware to the principal's store; return it, sudoed.

        :param command: a ``HardwareCreate``
        :raise InvalidFieldsError: an unknown station
        """
        self.env["res.users"]._fynlo_require("manager")
        vals = {"fynlo_uuid": str(command.id), "config_id": principal_of(self.env).store_id}
        vals |= {"kind": command.kind, **self._fynlo_vals(command, command.model_fields_set)}
        hardware_sudo = self.sudo().create(vals)
        facts = {"kind": command.kind}
        self.env["fynlo.audit"]._fynlo_log("hardware.create", hardware_sudo, facts)
        return hardware_sudo

    @api.model
    def _fynlo_update_hardware(self, uuid, command):
        """Change what a body names; return the hardware, sudoed.

        :param command: a ``HardwareUpdate``
        :raise StaleVersionError: somebody changed it since ``version``
        """
        hardware_sudo = self._fynlo_lock(uuid)
        if command.version != hardware_sudo.version:
            raise StaleVersionError(details={"version": hardware_sudo.version})
        names = command.model_fields_set - {"version"}
        hardware_sudo.write(self._fynlo_vals(command, names))
        facts = {"fields": sorted(names)}
        self.env["fynlo.audit"]._fynlo_log("hardware.update", hardware_sudo, facts)
        return hardware_sudo

    @api.model
    def _fynlo_archive(self, uuid):
        """Archive hardware; return it, sudoed. Once more is the same."""
        hardware_sudo = self._fynlo_lock(uuid)
        if hardware_sudo.active:
            hardware_sudo.active = False
            self.env["fynlo.audit"]._fynlo_log("hardware.archive", hardware_sudo)
        return hardware_sudo

    @api.model
    def _fynlo_report(self, uuid, command):
        """Note what a till has found; return the hardware, sudoed.

        :param command: a ``HardwareReport``
        :raise DeviceRequiredError: who tells it is on no till
        """
        hardware_sudo = self._fynlo_find(uuid)
        device_id = principal_of(self.env).device_id
        if not device_id:
            raise DeviceRequiredError()
        vals = {"status": command.status, "last_seen_at": fields.Datetime.now()}
        hardware_sudo.write({**vals, "reported_by_id": device_id})
        return hardware_sudo

    def _fynlo_lock(self, uuid):
        self.env["res.users"]._fynlo_require("manager")
        hardware_sudo = self._fynlo_find(uuid)
        query = "SELECT id FROM fynlo_hardware WHERE id = %s FOR UPDATE"
        self.env.cr.execute(SQL(query, hardware_sudo.id), log_exceptions=False)
        hardware_sudo.invalidate_recordset(["version", "active"], flush=False)
        return hardware_sudo

    def _fynlo_vals(self, command, names):
        vals = {name: getattr(command, name) or False for name in _PLAIN_FIELDS if name in names}
        if "station_id" in names:
            vals["station_id"] = self._fynlo_station(command.station_id).id
        return vals

    def _fynlo_station(self, uuid):
        """Return the station of the principal's store that a body names, or an empty one.

        :raise InvalidFieldsError: there is none of that id
        """
        stations = self.env["fynlo.kitchen.station"]
        store_id = principal_of(self.env).store_id
        domain = [("fynlo_uuid", "=", str(uuid)), ("config_id", "=", store_id)]
        found = stations.search(domain) if uuid else stations
        if uuid and not found:
            error = {"field": "stationId", "code": "unknown_reference"}
            raise InvalidFieldsError(errors=[{**error, "message": "There is no such id."}])
        return found
