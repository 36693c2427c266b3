"""When orders can be fetched or brought: the starts of intervals, as the web POS offers them."""

from datetime import timedelta

from .opening import to_utc

#: How far ahead the web POS offers slots, and so far a free one is looked for.
AHEAD_DAYS = 7


def slots_of(day, attendances, interval_min, zone):
    """Return the starts of the slots of a day as aware instants in UTC, in order.

    As in the web POS the time at which an attendance ends is a slot too.

    :param day: ``date`` in the store's time zone
    :param attendances: ``[(weekday, opens, closes)]``, Monday is 0, times in hours
    :param zone: ``ZoneInfo`` of the store
    """
    starts = set()
    for weekday, opens, closes in attendances:
        if weekday != day.weekday() or interval_min <= 0:
            continue
        start, end = (to_utc(day, round(hours * 60), zone) for hours in (opens, closes))
        while start <= end:
            starts.add(start)
            start += timedelta(minutes=interval_min)
    return sorted(starts)
