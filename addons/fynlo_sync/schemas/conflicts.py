"""Conflicts of tills: what each had, and what is decided."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    PageQuery,
    PageReply,
    Reply,
    ShortText,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field

ConflictState = Literal["open", "settled", "server", "device", "mixed"]
ConflictKind = Literal["columns", "deletion", "finished"]
Choice = Literal["server", "device"]


class ConflictQuery(PageQuery):
    """Query string of ``GET /sync/conflicts``; ``settled`` ones were decided by time."""

    state: ConflictState | None = None


class ConflictResolve(Body):
    """Body of ``POST /sync/conflicts/{id}/resolve``.

    ``keep`` decides all columns, ``columns`` single ones. ``id`` makes it happen once.
    """

    id: UUID
    keep: Choice = "server"
    columns: Annotated[dict[ShortText, Choice], Field(max_length=100)] = {}


class ConflictColumnView(Reply):
    """A column: ``base`` is what both had, as JSON in a text like the other two; ``null`` where
    nobody knows.
    """

    name: str
    base: str | None
    theirs: str
    mine: str
    choice: Choice


class ConflictView(Reply):
    """A conflict. ``recordId`` is the row's in ``collection``."""

    id: str
    collection: str
    record_id: str
    name: str | None
    kind: ConflictKind
    state: ConflictState
    device_id: str
    occurred_at: UtcInstant
    resolved_at: UtcInstant | None
    columns: list[ConflictColumnView]

    @classmethod
    def of(cls, conflict):
        """Build it from one ``fynlo.sync.conflict``."""
        return cls(
            id=conflict.fynlo_uuid,
            collection=conflict.collection,
            record_id=conflict.subject,
            name=conflict.subject_name or None,
            kind=conflict.kind,
            state=conflict.state,
            device_id=conflict.device_id.fynlo_uuid,
            occurred_at=from_odoo_datetime(conflict.create_date.replace(microsecond=0)),
            resolved_at=from_odoo_datetime(conflict.resolved_at),
            columns=[
                ConflictColumnView(
                    name=each.name,
                    base=each.base or None,
                    theirs=each.theirs or "null",
                    mine=each.mine or "null",
                    choice=each.choice,
                )
                for each in conflict.column_ids
            ],
        )


class ConflictPage(PageReply):
    """A page of conflicts."""

    conflicts: list[ConflictView]

    @classmethod
    def of(cls, conflicts, total, query):
        """Build it from the conflicts of one page, the number of all, and the query."""
        return cls(
            conflicts=[ConflictView.of(each) for each in conflicts], **cls.paging(total, query)
        )
