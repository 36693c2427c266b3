"""What a till had seen when it wrote."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sight:
    """What a till had seen when it changed something.

    :ivar since: number of the transaction from which on it had not seen all; ``None``: nobody knows
    :ivar known: text of its ``pg_snapshot``, ``None`` if it did not say
    :ivar device_id: itself; it knows its own changes
    """

    since: int | None
    known: str | None
    device_id: int
