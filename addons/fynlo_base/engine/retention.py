"""How long things are kept that help for a while only: what a company may choose."""

from dataclasses import dataclass

_LONGEST_DAYS = 3650


@dataclass(frozen=True)
class Term:
    """What may be chosen for one kind of things, in days.

    :ivar minimum: below it something would go wrong; whoever defines a term says what
    """

    default: int
    minimum: int
    maximum: int = _LONGEST_DAYS

    def check(self, column):
        """Return the definition of a constraint on a column."""
        return f"CHECK ({column} BETWEEN {self.minimum} AND {self.maximum})"

    @property
    def message(self):
        """What to say to who chooses another."""
        return f"Choose {self.minimum} to {self.maximum} days."


#: A sale may come seven days after it was made: until then a till that never got its answer asks
#: again, and must get the same.
STORED_ANSWERS = Term(default=30, minimum=7)
#: They open nothing any more; who looks for a stranger's sign-in wants to see them for a while.
ENDED_SESSIONS = Term(default=30, minimum=1)
