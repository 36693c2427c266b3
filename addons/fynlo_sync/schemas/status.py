"""How far a till's work has come: the server's word, not the till's belief."""

from odoo.addons.fynlo_base.schemas.base import Reply, UtcInstant


class ParkedView(Reply):
    """What the till sent and the server could not book; it is kept whole."""

    collection: str
    id: str
    state: str
    code: str | None
    message: str | None


class SyncStatusView(Reply):
    """Where a till stands.

    ``changesAge`` tells for how many seconds the oldest open transaction has held up the cursor of
    all tills: changes arrive nevertheless, some of them twice. ``applied`` counts what the server
    has booked of this till. ``rejected`` and ``waiting`` are not booked; the first hundred of both
    are in ``parked``.
    """

    server_time: UtcInstant
    epoch: int
    changes_age_s: float
    last_push_at: UtcInstant | None
    clock_offset_s: int
    pending: int
    applied: int
    rejected: int
    waiting: int
    conflicts: int
    parked: list[ParkedView]
