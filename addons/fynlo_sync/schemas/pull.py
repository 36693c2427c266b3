"""What a till asks of a pull and what it gets: WatermelonDB's own shape."""

from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Query, Reply
from pydantic import AfterValidator, Field, TypeAdapter, create_model
from pydantic.dataclasses import dataclass as checked

from ..engine.cursor import parse_seen
from .collections import COLLECTIONS

Row = TypeVar("Row")


@checked
class MigratedColumns:
    """Columns that a till has added to a table."""

    table: str
    columns: list[str]


@checked
class Migration:
    """What WatermelonDB says of a change of its own schema."""

    tables: list[str]
    columns: list[MigratedColumns]


_MIGRATION = TypeAdapter(Migration | None)


#: An instant by a till's own clock, in milliseconds.
DeviceTime = Annotated[int, Field(ge=0, lt=10**15)]
#: How many records of a till wait to be sent.
QueueLength = Annotated[int, Field(ge=0, le=10**6)]


def _check_snapshot(text):
    parse_seen(text)
    return text


def _check_migration(text):
    _MIGRATION.validate_json(text)
    return text


class PullQuery(Query):
    """Query string of ``GET /sync/pull``.

    ``lastPulledAt`` and ``snapshot`` are those of the last pull, ``pageToken`` that of the last
    page. ``migration`` is WatermelonDB's, as JSON: tables and columns that are new to the till are
    told whole. ``pending`` and ``oldestAt`` tell how many of its records wait to be sent and since
    when, by its clock, which shows ``deviceTime`` now.
    """

    last_pulled_at: Annotated[int, Field(ge=0, lt=2**53)] = 0
    snapshot: Annotated[
        Annotated[str, Field(max_length=4000)] | None, AfterValidator(_check_snapshot)
    ] = None
    schema_version: Annotated[int, Field(ge=1, le=10**6)] = 1
    migration: Annotated[
        Annotated[str, Field(max_length=10_000)] | None, AfterValidator(_check_migration)
    ] = None
    device: UUID | None = None
    page_token: Annotated[str, Field(max_length=12_000)] | None = None
    device_time: DeviceTime | None = None
    pending: QueueLength | None = None
    oldest_at: DeviceTime | None = None

    @property
    def new_tables(self):
        """Names of the tables that the till does not have whole: new ones, or with new columns."""
        migration = self.migration and _MIGRATION.validate_json(self.migration)
        if not migration:
            return ()
        named = {*migration.tables, *(each.table for each in migration.columns)}
        return tuple(each.name for each in COLLECTIONS if each.name in named)

    @property
    def seen(self):
        """What the till has seen (:class:`~..engine.cursor.Seen`), or ``None``."""
        return self.snapshot and parse_seen(self.snapshot)


class TableChanges(Reply, Generic[Row]):
    """What has changed in a table. A row that is new is in ``updated`` too: pass
    ``sendCreatedAsUpdated`` to WatermelonDB.
    """

    created: list[Row] = []
    updated: list[Row] = []
    deleted: list[str] = []


PullChanges = create_model(
    "PullChanges",
    __base__=Reply,
    __doc__="All tables of a till.",
    **{each.name: (TableChanges[each.row], TableChanges[each.row]()) for each in COLLECTIONS},
)


class PullView(Reply):
    """A page of a pull. ``timestamp`` and ``snapshot`` are the same on every page: keep them once
    the last page is stored. With ``replacement`` whatever the pages do not name has to go.
    """

    changes: PullChanges
    timestamp: int
    snapshot: str
    experimental_strategy: Literal["incremental", "replacement"]
    has_more: bool
    page_token: str | None
