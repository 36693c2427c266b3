"""What comes next when several tenders pay an order: all of them, or none."""

from dataclasses import dataclass

#: Refusals of one capture or cancellation after which a person has to look.
MOST_REFUSALS = 5
_LOST = ("declined", "failed", "canceled")
_OPEN = ("requires_action", "processing", "unknown")


@dataclass(frozen=True)
class Leg:
    """One card of the transaction, as far as it is known.

    :ivar state: of its payment; ``waiting`` before the gateway was asked
    :ivar is_busy: an operation is under way, or nobody knows how it has ended
    :ivar is_at_gateway: there is something that could be let go
    :ivar refusals: how often the gateway has refused to capture it, or to let it go
    :ivar is_resting: it was refused a moment ago, and is asked again later
    """

    state: str = "waiting"
    is_busy: bool = False
    is_at_gateway: bool = False
    refusals: int = 0
    is_resting: bool = False


def next_step(legs, is_booked, is_late):
    """Return ``(step, index of the leg)`` of a transaction that goes forward.

    ``authorize``, ``look`` (only the gateway knows), ``book`` (cash and accounts, at once),
    ``capture``, ``finish``; ``fail`` while nothing was taken, ``park`` (a person has to look)
    after that; ``wait``.

    :param legs: cards in the order in which they are asked
    :param is_booked: whether cash and accounts are booked
    :param is_late: whether the time for it is over
    """
    is_taken = any(leg.state == "succeeded" for leg in legs)
    lost = "park" if is_taken else "fail"
    for index, leg in enumerate(legs):
        if leg.is_busy:
            return "wait", index
    for index, leg in enumerate(legs):
        if leg.state in _LOST or (is_late and leg.state in ("waiting", *_OPEN)):
            return lost, index
        if leg.state == "waiting":
            return "authorize", index
        if leg.state in _OPEN:
            return "look", index
    if not is_booked:
        return ("fail" if is_late and not is_taken else "book"), None
    return _next_capture(legs, lost, is_taken)


def _next_capture(legs, lost, is_taken):
    for index, leg in enumerate(legs):
        if leg.state == "authorized":
            if leg.refusals >= (MOST_REFUSALS if is_taken else 1):
                return lost, index
            return ("wait" if leg.is_resting else "capture"), index
    return "finish", None


def next_undo(legs):
    """Return the same for one that goes back: ``cancel``, ``look``, ``park``, ``wait``.

    ``release`` comes at the end: cash and accounts.
    """
    for index, leg in reversed(list(enumerate(legs))):
        if leg.is_busy:
            return "wait", index
        if leg.state in ("processing", "unknown"):
            return "look", index
        if leg.is_at_gateway and leg.state in ("authorized", "requires_action", "declined"):
            if leg.refusals >= MOST_REFUSALS:
                return "park", index
            return ("wait" if leg.is_resting else "cancel"), index
    return "release", None
