"""What one pull has to deliver, page by page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from .cursor import make_timestamp, parse_seen, split_timestamp


@dataclass(frozen=True)
class Moment:
    """Where the server stands.

    :ivar epoch: the epoch of its history
    :ivar floor: what ended before this transaction is no longer in the log
    :ivar seen: the :class:`~.cursor.Seen` of this moment and this till
    :ivar xmax: no transaction has this number yet
    """

    epoch: int
    floor: int
    seen: object
    xmax: int


@dataclass(frozen=True)
class PullPlan:
    """A pull from its first page to its last; the token of a page carries it to the next.

    :ivar timestamp: what the till has seen after the last page, as at the first
    :ivar snapshot: likewise, exactly
    :ivar since: deliver what transactions from this number on have changed; ``None``: everything
    :ivar known: text of the ``pg_snapshot`` that the till has seen, if it said so
    :ivar is_replacement: what it has and is not told has to go
    :ivar whole: collections of which it is told every row
    :ivar index: the collection with which the page begins
    :ivar after: the last row of it that was told
    """

    timestamp: int
    snapshot: str
    since: Annotated[int, Field(ge=0)] | None
    known: str | None
    is_replacement: bool
    whole: tuple[str, ...] = ()
    index: Annotated[int, Field(ge=0)] = 0
    after: Annotated[int, Field(ge=0, lt=2**63)] = 0

    def tells_all_of(self, name):
        """Tell whether every row of a collection is delivered."""
        return self.since is None or name in self.whole

    def at(self, index, after):
        """Return the plan of the page that begins there."""
        return replace(self, index=index, after=after)


_PLAN = TypeAdapter(PullPlan)


def begin(last_pulled_at, known, whole, moment):
    """Return the plan of a new pull.

    :param last_pulled_at: the till's cursor, 0 for its first pull
    :param known: the :class:`~.cursor.Seen` it has kept, or ``None``
    :param whole: collections that are new to it, by its own migration
    :param moment: the server's :class:`Moment`
    """
    numbers = moment.seen
    timestamp = make_timestamp(moment.epoch, numbers.xmin)
    plan = PullPlan(timestamp, str(numbers), None, None, is_replacement=False)
    if not last_pulled_at:
        return plan
    epoch, xmin = split_timestamp(last_pulled_at)
    is_lost = epoch != moment.epoch or not moment.floor <= xmin <= moment.xmax
    if is_lost or (known and known.sight != numbers.sight):
        return replace(plan, is_replacement=True)
    # A snapshot of another pull than the cursor says nothing of this one.
    is_exact = known is not None and known.xmin == xmin
    return replace(plan, since=xmin, known=known.numbers if is_exact else None, whole=whole)


def encode(plan):
    """Return the token by which a till asks for the page that ``plan`` begins with."""
    return urlsafe_b64encode(_PLAN.dump_json(plan)).decode()


def decode(token, moment):
    """Return the plan in a token, or ``None`` if it does not hold any more.

    :raise ValueError: the server never gave such a token
    """
    try:
        plan = _PLAN.validate_json(urlsafe_b64decode(token.encode("ascii")), strict=False)
        seen = parse_seen(plan.snapshot)
        if plan.known is not None:
            parse_seen(f"{seen.sight}~{plan.known}")
    except (ValidationError, ValueError):
        raise ValueError("a token as the server gave it is needed") from None
    epoch, xmin = split_timestamp(plan.timestamp)
    is_past = moment.floor <= (xmin if plan.since is None else plan.since) <= moment.xmax
    is_same = epoch == moment.epoch and seen.sight == moment.seen.sight
    return plan if is_past and is_same and xmin <= moment.xmax else None
