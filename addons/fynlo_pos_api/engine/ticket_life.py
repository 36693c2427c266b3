"""The life of a kitchen ticket and of its items, and what it means for the order."""

from .order_life import PREPARING, READY, SENT, SERVED

NEW, CANCELLED = "new", "cancelled"

#: Every state of an item and of a ticket, with its name for people.
TICKET_STATES = {
    NEW: "New",
    PREPARING: "Preparing",
    READY: "Ready",
    SERVED: "Served",
    CANCELLED: "Cancelled",
}
#: The way of the food; a bump goes forward on it, a recall back.
_WAY = (NEW, PREPARING, READY, SERVED)
OPEN_STATES = (NEW, PREPARING, READY)

#: What a ticket tells the cook.
KINDS = {"new": "New", "change": "Change", "cancel": "Cancel"}

#: The order's step that makes it follow its tickets to a state.
FOLLOWING_STEPS = {PREPARING: "prepare", READY: "ready", SERVED: "serve"}


def is_bumped_by(state, target):
    """Tell whether a bump to ``target`` moves what is in ``state``; twice moves it once."""
    return state in _WAY and _WAY.index(state) < _WAY.index(target)


def is_recalled_by(state, target):
    """Tell whether a recall to ``target`` moves what is in ``state``; twice moves it once."""
    return state in _WAY and _WAY.index(state) > _WAY.index(target)


def join_states(states):
    """Return the state of the whole, whose parts are in ``states``: as far as the slowest.

    It is in preparation from the first part that somebody has begun. Without a part that is to
    be cooked it is cancelled.
    """
    live = {state for state in states if state != CANCELLED}
    if not live:
        return CANCELLED
    slowest = min(live, key=_WAY.index)
    return PREPARING if slowest == NEW and len(live) > 1 else slowest


def find_order_state(states):
    """Return the state of an order by its items' ``states``; ``None`` says nothing about it."""
    joined = join_states(states)
    return {CANCELLED: None, NEW: SENT}.get(joined, joined)
