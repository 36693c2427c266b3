"""What has become of one aggregate of a push."""

from dataclasses import dataclass, field, replace

from .push_batch import DELETED, Aggregate

APPLIED, DUPLICATE, REJECTED = "applied", "duplicate", "rejected"
CONFLICT, BLOCKED, RETRY = "conflict", "blocked", "retry"
_BAD = frozenset((REJECTED, BLOCKED, RETRY))


@dataclass
class Outcome:
    """What has become of an :class:`~.push_batch.Aggregate`.

    :ivar status: one of the six words
    :ivar code: code of the error, ``None`` without one
    :ivar errors: faults of fields, ``[{"field", "code", "message"}]``
    :ivar refused: changes of it that were left out although the rest is booked
    :ivar touched: ``{(collection, id of the row in the database)}`` to tell the till anew
    :ivar buried: ``{(collection, id)}`` of rows that only the till has, and should not
    :ivar is_changed: the server has dropped or changed something of it
    :ivar is_unkept: nothing of it can or may be kept
    """

    aggregate: Aggregate
    status: str
    code: str | None = None
    message: str | None = None
    errors: list = field(default_factory=list)
    conflict_id: str | None = None
    refused: list = field(default_factory=list)
    touched: set = field(default_factory=set)
    buried: set = field(default_factory=set)
    is_changed: bool = False
    is_unkept: bool = False

    @classmethod
    def refused_change(cls, change, code, message):
        """Return the outcome of a change that belongs to nothing."""
        aggregate = Aggregate(change.collection, change.id, root=change)
        return cls(aggregate, REJECTED, code, message)

    @property
    def is_bad(self):
        """Whether nothing of it is booked."""
        return self.status in _BAD

    @property
    def dirty(self):
        """The changes that the till has to keep.

        A deletion is not among them: a row that may not go comes back with the next pull, which
        it could not if the till still held it for deleted.
        """
        changes = self.aggregate.changes if self.is_bad else self.refused
        return [change for change in changes if change.kind != DELETED]

    @property
    def renamed(self):
        """What is booked and the till has under an id in capital letters; the server has none."""
        booked = [] if self.is_bad else self.aggregate.changes
        kept = [each for each in booked if each.kind != DELETED and each not in self.refused]
        return [each for each in kept if each.told_id not in ("", each.id)]

    @property
    def spared(self):
        """The deletions of which nothing is booked: the till has let go of rows that are there."""
        return [each for each in self.aggregate.changes if self.is_bad and each.kind == DELETED]


def join(outcomes, aggregate):
    """Return the :class:`Outcome` of an aggregate that was booked in parts: that of the worst."""

    def rank(outcome):
        return outcome.is_bad, outcome.status == CONFLICT, outcome.status == APPLIED

    return replace(
        max(outcomes, key=rank),
        aggregate=aggregate,
        touched=set().union(*(each.touched for each in outcomes)),
        is_changed=any(each.is_changed for each in outcomes),
        buried=set().union(*(each.buried for each in outcomes)),
    )
