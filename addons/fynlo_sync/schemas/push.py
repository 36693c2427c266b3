"""What a till sends and what it is told: WatermelonDB's own shape."""

from typing import Annotated, Any, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, Query, Reply
from pydantic import AfterValidator, ConfigDict, Field

from ..engine.cursor import parse_seen
from .pull import DeviceTime, QueueLength

PushStatus = Literal["applied", "duplicate", "rejected", "conflict", "blocked", "retry"]


def _check_snapshot(text):
    parse_seen(text)
    return text


class PushQuery(Query):
    """Query string of ``POST /sync/push``.

    ``lastPulledAt`` and ``snapshot`` are those of the pull that the changes stand on: they tell
    what the till had seen. ``deviceTime`` is its clock now, in milliseconds: times of its records
    are set right by it. ``pending`` and ``oldestAt`` tell how many other records wait on it, and
    since when.
    """

    last_pulled_at: Annotated[int, Field(ge=0, lt=2**53)] = 0
    snapshot: Annotated[
        Annotated[str, Field(max_length=4000)] | None, AfterValidator(_check_snapshot)
    ] = None
    device: UUID | None = None
    device_time: DeviceTime | None = None
    pending: QueueLength | None = None
    oldest_at: DeviceTime | None = None

    @property
    def seen(self):
        """What the till had seen (:class:`~..engine.cursor.Seen`), or ``None``."""
        return self.snapshot and parse_seen(self.snapshot)


class TablePush(Body):
    """What has changed in one table: rows, and the ids of deleted ones.

    Beside its columns a row may name ``_op`` (UUID of the operation, made by the till),
    ``_changed`` (names of the columns that the till has changed, with commas) and ``_clock`` (when
    it did, ``<milliseconds>-<four hex digits>-<writer>``).
    """

    created: list[dict[str, Any]] = []
    updated: list[dict[str, Any]] = []
    deleted: list[Any] = []


class PushBody(Body):
    """Body of ``POST /sync/push``: WatermelonDB's ``changes``.

    An order with its lines and payments is one aggregate, every other row one of its own. Cash
    movements and stock moves are sent and never pulled. Tables that a till only reads may be
    there; their rows are refused one by one.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, TablePush]

    orders: TablePush = TablePush()
    order_lines: TablePush = TablePush()
    payments: TablePush = TablePush()
    customers: TablePush = TablePush()
    cash_movements: TablePush = TablePush()
    stock_moves: TablePush = TablePush()

    def tables(self):
        """Return ``{name on the wire: TablePush}``."""
        own = {
            "customers": self.customers,
            "orders": self.orders,
            "orderLines": self.order_lines,
            "payments": self.payments,
            "cashMovements": self.cash_movements,
            "stockMoves": self.stock_moves,
        }
        return {**own, **(self.__pydantic_extra__ or {})}


class FieldFault(Reply):
    """A field that is at fault."""

    field: str
    code: str
    message: str


class PushResult(Reply):
    """What has become of one aggregate: ``id`` names its root.

    * ``applied``: it is booked. ``duplicate``: it was before, and nothing was done.
    * ``conflict``: somebody else has changed the same; the manager is asked, or the later value
      stays. The till gets the server's row with its next pull.
    * ``rejected``: ``code`` and ``errors`` say why. ``blocked``: what it belongs to was rejected.
    * ``retry``: it cannot be booked now. The server keeps it and books it as soon as it can.
    """

    collection: str
    id: str
    status: PushStatus
    code: str | None = None
    message: str | None = None
    errors: list[FieldFault] = []
    conflict_id: str | None = None


class PushView(Reply):
    """What has become of a push.

    ``experimentalRejectedIds`` name the rows that stay changed on the till. With ``resync`` the
    server has dropped or changed something: pull again at once.
    """

    experimental_rejected_ids: dict[str, list[str]]
    resync: bool
    clock_offset_ms: int | None
    results: list[PushResult]
