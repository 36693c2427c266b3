from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime
from odoo.tools import SQL

from ..exceptions import SlotFullError, SlotNotOpenError


class FynloPresetSlot(models.Model):
    """A slot that somebody has wanted: orders for one slot are booked one after another."""

    _name = "fynlo.preset.slot"
    _description = "Slot of a preset"
    _log_access = False

    config_id = fields.Many2one("pos.config", required=True, readonly=True, ondelete="cascade")
    preset_id = fields.Many2one("pos.preset", required=True, readonly=True, ondelete="cascade")
    starts_at = fields.Datetime(required=True, readonly=True, index=True)
    touched = fields.Integer(required=True, readonly=True, aggregator=None)

    _slot_unique = models.UniqueIndex("(config_id, preset_id, starts_at)")

    @api.model
    def _fynlo_hold(self, order):
        """Let one transaction at a time book an order into its slot.

        The row is written, not only locked: who waited has a snapshot from before, and must fail
        and run again instead of missing the other's order.
        """
        query = """INSERT INTO fynlo_preset_slot AS slot (config_id, preset_id, starts_at, touched)
                   VALUES (%s, %s, %s, 1) ON CONFLICT (config_id, preset_id, starts_at)
                   DO UPDATE SET touched = slot.touched + 1"""
        key = (order.config_id.id, order.preset_id.id, order.preset_time)
        self.env.cr.execute(SQL(query, *key), log_exceptions=False)

    @api.autovacuum
    def _gc_slots(self):
        """Drop rows of slots that are over: they hold nothing but a lock."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.env.cr.execute(SQL("DELETE FROM fynlo_preset_slot WHERE starts_at < %s", limit))


class PosOrder(models.Model):
    _inherit = "pos.order"

    _fynlo_slot_idx = models.Index("(config_id, preset_time) WHERE preset_time IS NOT NULL")

    def _fynlo_take_slot(self, is_late=False):
        """Check that the time of one order is a slot of its preset, with room for it.

        Where the preset knows no slots, or the order no time, there is nothing to take.

        :param is_late: it was sold offline; then it is booked, and the difference written down
        :raise SlotNotOpenError: there is no such slot, or it is over
        :raise SlotFullError: others have it
        """
        preset_sudo, store_sudo = self.preset_id.sudo(), self.config_id.sudo()
        if not (self.preset_time and preset_sudo.use_timing):
            return
        self.env["fynlo.preset.slot"]._fynlo_hold(self)
        start = from_odoo_datetime(self.preset_time)
        day = start.astimezone(ZoneInfo(store_sudo._fynlo_timezone())).date()
        slots = preset_sudo._fynlo_slots(store_sudo, day, but=self)
        slot = next((each for each in slots if each.starts_at == start), None)
        if slot and slot.taken < slot.capacity and (is_late or not slot.is_over):
            return
        error = SlotFullError if slot and not slot.is_over else SlotNotOpenError
        if is_late:
            facts = {"code": error.code, "scheduled_at": _to_text(start)}
            self.env["fynlo.audit"]._fynlo_log("order.slot_difference", self, facts)
            return
        free = preset_sudo._fynlo_next_free(store_sudo, start)
        raise error(details={"next": [_to_text(each) for each in free]})


def _to_text(instant):
    return instant.isoformat().replace("+00:00", "Z")
