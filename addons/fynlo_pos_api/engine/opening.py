"""When a store is open, in its own time zone. A day's hours may end after midnight."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

_DAY_MIN = 24 * 60
_WEEK_MIN = 7 * _DAY_MIN
#: How far ahead the next change is looked for: a season's break is shorter.
_HORIZON_DAYS = 400


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of one day, in minutes after its midnight.

    What closes no later than it opens closes on the next day; the same minute is a whole day.
    """

    opens_min: int
    closes_min: int


def overlaps(week):
    """Tell whether hours of a week run into each other; the next ones may begin as they end.

    :param week: ``(weekday, Hours)``, Monday is 0
    """
    spans = sorted(
        (day * _DAY_MIN + each.opens_min, (each.closes_min - each.opens_min - 1) % _DAY_MIN + 1)
        for day, each in week
    )
    follow = [(start + _WEEK_MIN, length) for start, length in spans[:1]]  # Sunday's into Monday
    pairs = zip(spans, spans[1:] + follow, strict=False)
    return any(start + length > next_start for (start, length), (next_start, _) in pairs)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a store has told of its hours.

    :ivar week: ``{weekday: [Hours]}``, Monday is 0
    :ivar exceptions: ``{date: [Hours]}``; they replace what opens on that day, empty is closed
    """

    week: dict[int, list[Hours]]
    exceptions: dict[date, list[Hours]]

    def find_state(self, now, zone):
        """Return ``(is_open, next_change)`` of an instant.

        :param now: aware ``datetime``
        :param zone: ``ZoneInfo`` of the store
        :return: ``is_open`` is ``None`` if no hours are told at all; ``next_change`` is an aware
            ``datetime`` in UTC, or ``None`` if nothing changes within a year
        """
        if not self.week and not self.exceptions:
            return None, None
        today, limit = now.astimezone(zone).date(), now + timedelta(days=_HORIZON_DAYS)
        is_open, until = False, None
        for opens, closes in self._spans(today, zone):
            reached = until if is_open else now
            if opens > reached:
                return is_open, until if is_open else opens
            if closes > reached:
                is_open, until = True, closes
        return is_open, until if is_open and until < limit else None

    def _spans(self, today, zone):
        """Return what is open around and after ``today`` as instants in UTC, in order."""
        days = [today + timedelta(days=number) for number in range(-1, _HORIZON_DAYS + 2)]
        return sorted(
            _to_instants(day, hours, zone)
            for day in days
            for hours in self.exceptions.get(day, self.week.get(day.weekday(), ()))
        )


def _to_instants(day, hours, zone):
    closes_on = day + timedelta(days=hours.closes_min <= hours.opens_min)
    return to_utc(day, hours.opens_min, zone), to_utc(closes_on, hours.closes_min, zone)


def to_utc(day, minutes, zone):
    """A time that a clock change leaves out is read with the offset before it."""
    days, minutes = divmod(minutes, _DAY_MIN)
    local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
    return (local + timedelta(days=days)).astimezone(timezone.utc)


def to_minutes(text):
    """Return ``"HH:MM"`` as minutes after midnight."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def to_text(minutes):
    """Return minutes after midnight as ``"HH:MM"``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
