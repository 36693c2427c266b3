from odoo import fields, models
from odoo.fields import Command

from ..demo import settings


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    def _load_kitchen(self, store):
        """Printers and displays stand at the stations."""
        super()._load_kitchen(store)
        self._load_hours(store)
        for name, kind, connection, address, station in settings.HARDWARE:
            vals = {"name": name, "kind": kind, "connection": connection, "address": address}
            if station:
                vals["station_id"] = self._record("fynlo.kitchen.station", station, {})[0].id
            self._record("fynlo.hardware", name, {**vals, "config_id": store.id})

    def _load_hours(self, store):
        if store.fynlo_hours_ids or store.fynlo_exception_ids:
            return
        week = [
            {"weekday": str(day), "opens": opens, "closes": closes}
            for days, opens, closes in settings.WEEK
            for day in days
        ]
        year = fields.Date.today().year
        holidays = [
            {"name": name, "date": fields.Date.to_date(f"{each}-{month:02d}-{day:02d}")}
            for each in (year, year + 1)
            for month, day, name in settings.HOLIDAYS
        ]
        store.write({
            "fynlo_hours_ids": [Command.create(vals) for vals in week],
            "fynlo_exception_ids": [Command.create(vals) for vals in holidays],
        })  # fmt: skip
