from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.opening import Hours
from ..schemas.hours import DAYS

_WEEKDAYS = [(str(number), day.title()) for number, day in enumerate(DAYS)]


class FynloOpeningHours(models.Model):
    """Hours of one weekday of a store; what closes no later than it opens ends the next day."""

    _name = "fynlo.opening.hours"
    _inherit = "fynlo.settings.part"
    _description = "Opening hours"
    _order = "config_id, weekday, opens, id"
    _rec_name = "weekday"

    weekday = fields.Selection(_WEEKDAYS, "Day", required=True, default="0")
    opens = fields.Float(required=True, default=9, help="In the store's time zone.")
    closes = fields.Float(
        required=True, default=17, help="No later than it opens: it closes on the next day."
    )

    _times = models.Constraint(
        "CHECK (opens >= 0 AND opens < 24 AND closes >= 0 AND closes < 24)",
        "A time of day lies between 0:00 and 23:59.",
    )

    def _fynlo_hours(self):
        """Return one record as ``Hours``."""
        return Hours(round(self.opens * 60), round(self.closes * 60))


class FynloOpeningException(models.Model):
    """A date on which a store is closed, or open at other hours than on its weekday."""

    _name = "fynlo.opening.exception"
    _inherit = "fynlo.settings.part"
    _description = "Special opening day"
    _order = "date desc, id"

    name = fields.Char(required=True)
    date = fields.Date(required=True)
    is_closed = fields.Boolean("Closed", default=True)
    opens = fields.Float(default=9, help="In the store's time zone.")
    closes = fields.Float(default=17, help="No later than it opens: it closes on the next day.")

    _date_unique = models.UniqueIndex(
        "(config_id, date)", "The store has a special day on this date."
    )

    @api.constrains("opens", "closes")
    def _check_times(self):
        for day in self:
            if not all(0 <= time < 24 for time in (day.opens, day.closes)):
                raise ValidationError(self.env._("A time of day lies between 0:00 and 23:59."))

    def _fynlo_hours(self):
        """Return one record as a list of ``Hours``, empty if the store is closed."""
        return [] if self.is_closed else [Hours(round(self.opens * 60), round(self.closes * 60))]
