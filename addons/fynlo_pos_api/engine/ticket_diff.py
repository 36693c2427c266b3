"""What a kitchen has to be told: what an order wants, less what the kitchen knows."""

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Want:
    """What an order wants of one dish.

    :ivar key: tells dishes apart: line, product and modifiers
    :ivar notes: the dish's note and the order's; a change of either is told
    :ivar facts: what else a ticket says of it
    :ivar station_ids: where it goes if the kitchen has nothing of it yet
    """

    key: tuple
    quantity: float
    notes: tuple
    course: int
    station_ids: tuple
    facts: dict


@dataclass(frozen=True, slots=True)
class Sent:
    """What one station has of one dish.

    :ivar unserved: how much of ``quantity`` can still be made otherwise
    :ivar notes: the last that it was told
    """

    key: tuple
    station_id: int
    quantity: float
    unserved: float
    notes: tuple
    course: int
    facts: dict


@dataclass(frozen=True, slots=True)
class News:
    """One row of a ticket. ``quantity`` is above zero: pieces to cook, to look at or to stop."""

    station_id: int
    course: int
    kind: str
    key: tuple
    quantity: float
    notes: tuple
    facts: dict


def find_news(wants, sent, only_stops=False):
    """Return the :class:`News` for a kitchen that has ``sent`` and shall have ``wants``.

    A dish stays where it was sent first, whatever has become of the stations since then: who
    moves a category between two stations cooks nothing twice.

    :param wants: :class:`Want`, one for each key
    :param sent: :class:`Sent`, one for each key and station
    :param only_stops: tell what must not be cooked any more and nothing else
    """
    wanted = {want.key: want for want in wants}
    places = defaultdict(list)
    for each in sent:
        if each.quantity > 0:
            places[each.key].append(each)
    news = []
    for key, known in places.items():
        for each in known:
            news += _compare(wanted.get(key), each)
    for key, want in wanted.items():
        if key not in places:
            news += [_row(want, station_id, "new") for station_id in want.station_ids]
    return [row for row in news if row.kind == "cancel" or not only_stops]


def _compare(want, sent):
    """Return what one station is told of a dish that it has."""
    quantity = want.quantity if want else 0.0
    more = round(quantity - sent.quantity, 6)
    kept = min(quantity, sent.unserved)
    rows = []
    if more < 0:
        row = (sent.station_id, sent.course, "cancel", sent.key, -more, sent.notes, sent.facts)
        rows.append(News(*row))
    if kept > 0 and want.notes != sent.notes:
        rows.append(_row(want, sent.station_id, "change", kept))
    if more > 0:
        rows.append(_row(want, sent.station_id, "new", more))
    return rows


def _row(want, station_id, kind, quantity=None):
    quantity = want.quantity if quantity is None else quantity
    return News(station_id, want.course, kind, want.key, quantity, want.notes, want.facts)


def share_stop(quantity, pieces):
    """Share the ``quantity`` that is stopped among the ``pieces`` of a dish.

    :param pieces: how many live pieces each row has; first those that are stopped first
    :return: how many of each row are stopped
    """
    shares = []
    for live in pieces:
        share = min(live, quantity)
        quantity = round(quantity - share, 6)
        shares.append(share)
    return shares
