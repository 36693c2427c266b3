"""The life of an order: which step leads from which state to which. The one table of it.

A step that is not in the table of a state is refused there with the steps that are.
"""

DRAFT, SENT, PREPARING, READY, SERVED = "draft", "sent", "preparing", "ready", "served"
HELD, COMPLETED, CANCELLED = "held", "completed", "cancelled"

#: Every state, with its name for people.
STATES = {
    DRAFT: "Draft",
    SENT: "Sent",
    PREPARING: "Preparing",
    READY: "Ready",
    SERVED: "Served",
    COMPLETED: "Completed",
    HELD: "Held",
    CANCELLED: "Cancelled",
}
_IN_KITCHEN = (SENT, PREPARING, READY, SERVED)
_OPEN = (DRAFT, HELD, *_IN_KITCHEN)

#: ``{step: {state before: state after}}``.
STEPS = {
    "edit": {state: state for state in _OPEN},
    "transfer": {state: state for state in _OPEN},
    "send": {state: state for state in _IN_KITCHEN} | {DRAFT: SENT},
    "prepare": dict.fromkeys((SENT, READY, SERVED), PREPARING),
    "ready": dict.fromkeys((SENT, PREPARING, SERVED), READY),
    "serve": dict.fromkeys((SENT, PREPARING, READY), SERVED),
    "hold": {DRAFT: HELD, SENT: HELD},
    "release": {HELD: DRAFT},
    "resume": {HELD: SENT},
    "split": {state: state for state in _OPEN},
    "merge": {state: state for state in _OPEN},
    "join": dict.fromkeys(_OPEN, CANCELLED),
    "pay": {state: state for state in _OPEN},
    "give back": {state: state for state in _OPEN},
    "complete": dict.fromkeys(_OPEN, COMPLETED),
    "cancel": dict.fromkeys(_OPEN, CANCELLED),
    "refund": {COMPLETED: COMPLETED},
    "tip": {COMPLETED: COMPLETED},
}


def find_next(step, state):
    """Return the state after ``step``, or ``None`` if the step is illegal in ``state``."""
    return STEPS[step].get(state)


def allowed_steps(state):
    """Return the names of the steps that are legal in ``state``, in the table's order."""
    return [step for step, moves in STEPS.items() if state in moves]
