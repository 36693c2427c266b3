from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime, to_odoo_datetime

from ..engine.slots import AHEAD_DAYS, slots_of


@dataclass(frozen=True)
class Slot:
    """One slot of a preset in a store.

    :ivar starts_at: aware instant in UTC
    :ivar taken: orders that want it; offline sales may make it more than ``capacity``
    :ivar is_over: it ended
    """

    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    is_over: bool

    @property
    def free(self):
        """Orders that it still takes."""
        return 0 if self.is_over else max(self.capacity - self.taken, 0)


@dataclass(frozen=True)
class SlotDay:
    """The slots of one preset (sudoed) on a day of its store."""

    preset: models.Model
    day: date
    timezone: str
    slots: tuple


class PosPreset(models.Model):
    """Presets that are managed by time: every store has the whole capacity of a slot."""

    _name = "pos.preset"
    _inherit = ["pos.preset", "fynlo.uuid.mixin"]

    @api.model
    def _fynlo_store_presets(self):
        """Return the presets by which the principal's store takes orders, sudoed."""
        # Who sells reads no stores; the token names this one.
        store_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
        if not store_sudo.use_presets:
            return self.sudo().browse()
        presets_sudo = store_sudo.default_preset_id | store_sudo.available_preset_ids
        return presets_sudo.filtered(lambda each: each.fynlo_order_type and not each.is_return)

    @api.model
    def _fynlo_read_slots(self, uuid, query):
        """Return the :class:`SlotDay` of a preset of the principal's store.

        :param query: a ``SlotQuery``; without a date it is today in the store
        :raise NotFoundError: the store has no such preset
        """
        preset_sudo = self._fynlo_store_presets().filtered(
            lambda each: each.fynlo_uuid == str(uuid)
        )
        if not preset_sudo:
            raise NotFoundError()
        store_sudo = preset_sudo.env["pos.config"].browse(principal_of(self.env).store_id)
        timezone = store_sudo._fynlo_timezone()
        now = from_odoo_datetime(fields.Datetime.now())
        day = query.date or now.astimezone(ZoneInfo(timezone)).date()
        slots = tuple(preset_sudo._fynlo_slots(store_sudo, day))
        return SlotDay(preset_sudo, day, timezone, slots)

    def _fynlo_slots(self, store, day, but=None):
        """Return each :class:`Slot` of one preset (sudoed) on a day of a store.

        :param but: an order that does not count
        """
        if not self.use_timing:
            return []
        hours = self.resource_calendar_id.attendance_ids.mapped(
            lambda each: (int(each.dayofweek), each.hour_from, each.hour_to)
        )
        zone = ZoneInfo(store._fynlo_timezone())
        starts = slots_of(day, hours, self.interval_time, zone)
        taken = self._fynlo_count_taken(store, starts, but)
        length = timedelta(minutes=self.interval_time)
        now = from_odoo_datetime(fields.Datetime.now())
        return [
            Slot(
                start, start + length, self.slots_per_interval, taken[start], start + length <= now
            )
            for start in starts
        ]

    def _fynlo_count_taken(self, store, starts, but):
        """Return ``{start: orders}`` of a store; who sells need not see all of them."""
        if not starts:
            return Counter()
        domain = [
            ("config_id", "=", store.id),
            ("preset_id", "=", self.id),
            ("preset_time", ">=", to_odoo_datetime(starts[0])),
            ("preset_time", "<=", to_odoo_datetime(starts[-1])),
            ("state", "!=", "cancel"),
            ("id", "!=", but.id if but else 0),
        ]
        orders_sudo = self.env["pos.order"].sudo().search_fetch(domain, ["preset_time"])
        return Counter(from_odoo_datetime(order.preset_time) for order in orders_sudo)

    def _fynlo_next_free(self, store, instant, count=3):
        """Return the starts of the next slots with room, from ``instant`` or now on."""
        now = from_odoo_datetime(fields.Datetime.now())
        zone = ZoneInfo(store._fynlo_timezone())
        first = max(instant, now)
        found = []
        for number in range(AHEAD_DAYS):
            day = first.astimezone(zone).date() + timedelta(days=number)
            slots = self._fynlo_slots(store, day)
            found += [slot.starts_at for slot in slots if slot.free and slot.starts_at >= first]
            if len(found) >= count:
                break
        return found[:count]
