"""One day of a gateway against the books. All amounts are minor units; going back is below zero.

An item is one movement of money: a payment or a refund. Each of four sides has its own idea of it:
the gateway, what the suite has asked of it, the payment of the order, and the journal.
"""

from dataclasses import dataclass, field

SIDES = ("gateway", "operations", "booked", "journal")


@dataclass
class Item:
    """What each side has of one movement; a side that has nothing has 0.

    :ivar key: the gateway's id of it
    :ivar unposted: what is booked in a session that is still open: no journal has it yet
    :ivar about: ids of records, for who looks at it
    """

    key: str
    gateway: int = 0
    operations: int = 0
    booked: int = 0
    journal: int = 0
    unposted: int = 0
    about: dict = field(default_factory=dict)

    @property
    def cause(self):
        """What is wrong with it: the first side that does not follow the one before; or ``""``."""
        if self.gateway != self.operations:
            if not self.operations:
                return "unknown_here"
            return "missing_at_gateway" if not self.gateway else "amount_differs"
        if self.operations != self.booked:
            if not self.operations:
                return "not_asked"
            return "not_booked" if not self.booked else "booked_differs"
        return "" if self.booked == self.journal + self.unposted else "not_posted"


@dataclass(frozen=True)
class Result:
    """How a day ends.

    :ivar totals: by side, and ``unposted``
    :ivar differences: the items with a cause
    """

    totals: dict
    count: int
    differences: tuple

    @property
    def difference(self):
        """What the gateway has more than the journals have or will have."""
        totals = self.totals
        return totals["gateway"] - totals["journal"] - totals["unposted"]


def reconcile(items):
    """Return the :class:`Result` of the items of one day and currency."""
    items = list(items)
    totals = {side: sum(getattr(item, side) for item in items) for side in (*SIDES, "unposted")}
    wrong = tuple(item for item in items if item.cause)
    return Result(totals, len(items), wrong)


#: Balance transactions that are a payment, and those that are a refund of one.
#: Source: https://docs.stripe.com/reports/balance-transaction-types
PAYMENTS = ("charge", "payment")
REFUNDS = ("refund", "payment_refund", "refund_failure", "payment_failure_refund")


def key_of(entry):
    """Return the key of the item that an entry of the gateway's books belongs to, or ``None``."""
    if entry["type"] in PAYMENTS:
        return entry["intent"] or entry["source"]
    return entry["source"] if entry["type"] in REFUNDS else None
