from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

from ..engine.escpos_paper import open_drawer, to_escpos
from ..engine.hardware_paper import lay_out_test
from ..engine.paper import COLUMNS
from ..exceptions import (
    DeviceRequiredError,
    HardwareArchivedError,
    HardwareTestAnsweredError,
)
from .fynlo_hardware import TEST_STATES

#: Tests that no till fetched are nobody's business any more, and the others a week's.
_KEPT_DAYS = 7


class FynloHardwareCheck(models.Model):
    """A test that a till carries out: queued here, fetched and answered there."""

    _name = "fynlo.hardware.check"
    _inherit = "fynlo.uuid.mixin"
    _description = "Hardware test"
    _order = "id desc"
    _rec_name = "hardware_id"

    hardware_id = fields.Many2one(
        "fynlo.hardware", required=True, readonly=True, index=True, ondelete="cascade"
    )
    config_id = fields.Many2one(
        related="hardware_id.config_id", string="Store", store=True, index=True
    )
    state = fields.Selection(TEST_STATES, required=True, readonly=True, default="queued")
    message = fields.Char(readonly=True)
    requested_at = fields.Datetime("Asked", required=True, readonly=True)
    answered_at = fields.Datetime("Answered", readonly=True)
    device_id = fields.Many2one("fynlo.device", "Till", readonly=True, ondelete="set null")

    _queued_index = models.Index("(config_id, id) WHERE state = 'queued'")

    @api.model
    def _fynlo_queue(self, hardware, uuid=None):
        """Ask for a test of one ``fynlo.hardware``; return the test, sudoed.

        The right to the hardware was checked before.

        :raise HardwareArchivedError: nobody has it any more
        """
        if not hardware.active:
            raise HardwareArchivedError()
        vals = {"hardware_id": hardware.id, "requested_at": fields.Datetime.now()}
        if uuid:
            vals["fynlo_uuid"] = str(uuid)
        return self.sudo().create(vals)

    @api.model
    def _fynlo_request(self, hardware_uuid, command):
        """Ask for a test over the API; return it, sudoed.

        :param command: a ``HardwareTestCreate``
        :raise HardwareArchivedError: nobody has it any more
        :raise NotFoundError: unknown, or of another store: the same answer
        """
        self.env["res.users"]._fynlo_require("manager")
        hardware_sudo = self.env["fynlo.hardware"]._fynlo_find(hardware_uuid)
        return self._fynlo_queue(hardware_sudo, command.id)

    @api.model
    def _fynlo_page(self, query):
        """Return ``(tests, total)``: a page of what waits in the principal's store, oldest first.

        :param query: a ``PageQuery``
        :return: the tests sudoed
        """
        # A till carries out what managers of its store asked for.
        tests_sudo = self.sudo()
        domain = [("config_id", "=", principal_of(self.env).store_id), ("state", "=", "queued")]
        domain.append(("hardware_id.active", "=", True))
        offset = (query.page - 1) * query.limit
        found_sudo = tests_sudo.search(domain, limit=query.limit, offset=offset, order="id")
        return found_sudo, tests_sudo.search_count(domain)

    @api.model
    def _fynlo_answer(self, uuid, command):
        """Note how a test went on the till that asks; return it, sudoed. The first answer counts.

        :param command: a ``HardwareTestResult``
        :raise NotFoundError: unknown, or of another store: the same answer
        :raise DeviceRequiredError: who tells it is on no till
        :raise HardwareTestAnsweredError: another till has told something else
        """
        principal = principal_of(self.env)
        query = """SELECT id FROM fynlo_hardware_check
                   WHERE fynlo_uuid = %s AND config_id = %s FOR UPDATE"""
        rows = self.env.execute_query(SQL(query, str(uuid), principal.store_id))
        if not rows:
            raise NotFoundError()
        if not principal.device_id:
            raise DeviceRequiredError()
        test_sudo = self.sudo().browse(rows[0][0])
        if test_sudo.state not in ("queued", command.result):
            raise HardwareTestAnsweredError(details={"state": test_sudo.state})
        if test_sudo.state == "queued":
            test_sudo._fynlo_note(command, principal.device_id)
        return test_sudo

    def _fynlo_note(self, command, device_id):
        now, is_there = fields.Datetime.now(), command.result == "passed"
        vals = {"state": command.result, "message": command.message, "answered_at": now}
        self.write({**vals, "device_id": device_id})
        status = "online" if is_there else "offline"
        seen = {"status": status, "last_seen_at": now, "reported_by_id": device_id}
        self.hardware_id.write(seen)

    def _fynlo_data(self):
        """Return the bytes that a till sends to the device, or ``None`` if it needs none."""
        hardware = self.hardware_id
        if hardware.kind == "drawer":
            return open_drawer()
        if hardware.kind != "printer":
            return None
        store = hardware.config_id
        asked_at = self.env["fynlo.paper"]._fynlo_local_time(self.requested_at, store)
        rows = lay_out_test(store.name, hardware.name, hardware.address or "", asked_at)
        return to_escpos(rows, COLUMNS[hardware.paper])

    @api.autovacuum
    def _gc_tests(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=_KEPT_DAYS)
        self.search([("requested_at", "<", limit)], limit=10_000).unlink()
