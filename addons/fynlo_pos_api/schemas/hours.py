"""Opening hours: the week, and days that are not as the others."""

import re
from datetime import date
from typing import Annotated, Literal

from odoo.addons.fynlo_base.schemas.base import Body, Reply, ShortText, UtcInstant
from pydantic import BeforeValidator, Field, field_validator, model_validator

from ..engine.opening import Hours, overlaps, to_minutes

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS = Day.__args__
#: A time of day in the store's time zone.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


def _read_date(value):
    """A date is text, as RFC 3339 writes it: no number and no instant."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("give a date as YYYY-MM-DD")
    return date.fromisoformat(value)


class DayHours(Body):
    """Hours of one weekday; a day may have several.

    What closes no later than it opens closes on the next day.
    """

    day: Day
    opens: ClockTime
    closes: ClockTime


class ExceptionHours(Body):
    """A date that is not as its weekday; without times the store is closed on it."""

    date: Annotated[
        date, BeforeValidator(_read_date), Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))
    ]
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

    @field_validator("week", mode="after")
    @classmethod
    def _check_week(cls, week):
        hours = [Hours(to_minutes(each.opens), to_minutes(each.closes)) for each in week]
        if overlaps(zip((DAYS.index(each.day) for each in week), hours, strict=True)):
            raise ValueError("hours run into each other")
        return week

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
