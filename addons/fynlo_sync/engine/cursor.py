"""The cursor of a till: which transactions it has seen.

What a transaction changes is seen when it commits, and transactions commit in another order than
they begin. So a cursor is no point in a list: it is PostgreSQL's own snapshot, which says of each
transaction whether it was visible. Its lowest number alone (``xmin``: all below is seen) tells
some rows twice and loses none.
"""

import re
from dataclasses import dataclass

#: A cursor is ``epoch << 40 | xmin``, below 2**53: what JavaScript counts exactly.
XID_BITS = 40
#: First and last epoch: with them a cursor has 16 digits and begins with 1. No payment card does,
#: so that the kernel never takes a cursor for one.
EPOCHS = range(910, 1819)
#: Longest text of a snapshot that a till is given; above it some rows are told twice.
SNAPSHOT_LENGTH = 2000
_XID_LIMIT = 2**63
_SIGHT = re.compile(r"[0-9a-f]{32}")
_NUMBERS = re.compile(r"(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)", re.ASCII)


@dataclass(frozen=True)
class Seen:
    """The transactions that a till has seen, as the server told it.

    :ivar numbers: PostgreSQL's ``pg_snapshot`` as text
    :ivar xmin: every transaction below is seen
    :ivar sight: digest of what the till was allowed to see
    """

    numbers: str
    xmin: int
    sight: str

    def __str__(self):
        return f"{self.sight}~{self.numbers}"


def make_timestamp(epoch, xmin):
    """Return the cursor of a transaction number: WatermelonDB's ``lastPulledAt``."""
    return epoch << XID_BITS | xmin


def split_timestamp(timestamp):
    """Return ``(epoch, xmin)`` of a cursor."""
    return timestamp >> XID_BITS, timestamp & (1 << XID_BITS) - 1


def parse_seen(text):
    """Return the :class:`Seen` that a till sends back.

    :raise ValueError: the server never gave such a text
    """
    sight, _, numbers = text.partition("~")
    match = _NUMBERS.fullmatch(numbers)
    if not (match and _SIGHT.fullmatch(sight)):
        raise ValueError("a snapshot as the server gave it is needed")
    xmin, xmax = int(match[1]), int(match[2])
    open_ones = [int(each) for each in match[3].split(",") if each]
    is_rising = all(a < b for a, b in zip(open_ones, open_ones[1:], strict=False))
    if not (0 < xmin <= xmax < _XID_LIMIT and is_rising):
        raise ValueError("a snapshot as the server gave it is needed")
    if open_ones and not (xmin <= open_ones[0] and open_ones[-1] < xmax):
        raise ValueError("a snapshot as the server gave it is needed")
    return Seen(numbers, xmin, sight)


def make_seen(numbers, sight):
    """Return the :class:`Seen` of PostgreSQL's ``pg_snapshot``; of a long one only its xmin."""
    xmin = int(numbers.partition(":")[0])
    if len(numbers) > SNAPSHOT_LENGTH:
        numbers = f"{xmin}:{xmin}:"
    return Seen(numbers, xmin, sight)
