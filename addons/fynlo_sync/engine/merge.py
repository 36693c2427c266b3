"""Merges what a till has changed into what the server has, column by column."""

from dataclasses import dataclass, field
from enum import Enum

from .clock import Instant


class Rule(Enum):
    """Who has his way where the till and somebody else have changed the same column."""

    LAST = "the last writer; the value that lost is kept beside"
    ASK = "a manager decides, the server's stays until then"
    UNION = "a set: what either has added is there, what either has taken away is not"
    DELTA = "a number: both changes count"
    SERVER = "the server alone sets it; what a till sends is dropped"


@dataclass(frozen=True)
class Column:
    """A column as the till and the server have it.

    :ivar base: what both had, :data:`UNKNOWN` if nobody knows
    :ivar theirs: what the server has
    :ivar mine: what the till has
    :ivar changed_at: :class:`~.clock.Instant` of the server's change
    """

    base: object
    theirs: object
    mine: object
    changed_at: Instant = Instant(0)


class _Unknown:
    def __repr__(self):
        return "UNKNOWN"


UNKNOWN = _Unknown()


@dataclass
class Merged:
    """What comes of a merge, by column.

    :ivar values: to write on the server
    :ivar asked: what a manager has to decide
    :ivar lost: what the till sent and somebody wrote over later
    :ivar beaten: what the server had and the till wrote over later
    :ivar dropped: what is the server's alone
    """

    values: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    lost: list = field(default_factory=list)
    beaten: list = field(default_factory=list)
    dropped: list = field(default_factory=list)

    @property
    def is_clean(self):
        """Whether nobody's value was set aside."""
        return not (self.asked or self.lost or self.beaten)

    def differs(self, columns):
        """Tell whether what has come of ``columns`` is something else than the till has."""
        return any(
            self.values.get(name, column.theirs) != column.mine for name, column in columns.items()
        )


def merge(columns, rules, written_at):
    """Return the :class:`Merged` of ``{name: Column}``.

    :param rules: ``{name: Rule}``; a name without one is the server's
    :param written_at: bounded :class:`~.clock.Instant` of the till's change
    """
    merged = Merged()
    for name, column in columns.items():
        rule = rules.get(name, Rule.SERVER)
        if rule is Rule.DELTA and column.base is not UNKNOWN:
            if column.mine != column.base:
                merged.values[name] = column.theirs + column.mine - column.base
        elif column.mine == column.theirs:
            continue
        elif rule is Rule.SERVER:
            merged.dropped.append(name)
        elif column.base is not UNKNOWN and column.mine == column.base:
            continue  # the till has not touched it
        elif column.base is not UNKNOWN and column.theirs == column.base:
            merged.values[name] = column.mine
        else:
            _settle(merged, name, column, rule, written_at)
    return merged


def _settle(merged, name, column, rule, written_at):
    """Both have changed it, or nobody knows who has."""
    if column.base is UNKNOWN and column.theirs is None:
        merged.values[name] = column.mine  # it takes nothing from anybody
    elif rule is Rule.UNION:
        merged.values[name] = join_sets(column)
    elif rule is Rule.ASK:
        merged.asked.append(name)
    elif written_at > column.changed_at:
        merged.values[name] = column.mine
        merged.beaten.append(name)
    else:
        merged.lost.append(name)


def join_sets(column):
    """Return a sorted list: of an unknown base nothing was taken away."""
    base = set() if column.base is UNKNOWN else set(column.base)
    theirs, mine = set(column.theirs), set(column.mine)
    gone = (base - theirs) | (base - mine)
    return sorted((theirs | mine) - gone)
