"""Opening hours: the week, and days that are not as the others."""

from datetime import date
from typing import Annotated, Literal

from odoo.addons.fynlo_base.schemas.base import Body, Reply, ShortText, UtcInstant
from pydantic import Field, Strict, model_validator

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS = Day.__args__
#: A time of day in the store's time zone.
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class DayHours(Body):
    """Hours of one weekday; a day may have several.

    What closes no later than it opens closes on the next day.
    """

    day: Day
    opens: ClockTime
    closes: ClockTime


class ExceptionHours(Body):
    """A date that is not as its weekday; without times the store is closed on it."""

    date: Annotated[date, Strict(False), Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
    name: Annotated[ShortText, Field(min_length=1)]
    opens: ClockTime | None = None
    closes: ClockTime | None = None

    @model_validator(mode="after")
    def _check_times(self):
        if (self.opens is None) != (self.closes is None):
            raise ValueError("opens and closes go together")
        return self


class HoursUpdate(Body):
    """The hours of a store; a list that is told replaces what was there."""

    week: Annotated[list[DayHours], Field(max_length=50)] = []
    exceptions: Annotated[list[ExceptionHours], Field(max_length=400)] = []

    @model_validator(mode="after")
    def _check_dates(self):
        dates = [each.date for each in self.exceptions]
        if len(dates) != len(set(dates)):
            raise ValueError("a date has one exception")
        return self


class DayHoursView(Reply):
    """Hours of one weekday."""

    day: Day
    opens: str
    closes: str


class ExceptionView(Reply):
    """A date that is not as its weekday; ``opens`` and ``closes`` are null if it is closed."""

    date: str
    name: str
    opens: str | None
    closes: str | None


class HoursView(Reply):
    """The store's hours in its time zone. ``openNow`` is null if none are told.

    ``nextChangeAt`` is when the store opens or closes next.
    """

    timezone: str
    open_now: bool | None
    next_change_at: UtcInstant | None
    week: list[DayHoursView]
    exceptions: list[ExceptionView]
