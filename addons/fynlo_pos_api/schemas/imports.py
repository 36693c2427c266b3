"""Tables that are imported, and what became of their rows."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    PageQuery,
    PageReply,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field

from .strict_base64 import STRICT_BASE64

#: Most bytes of a file, and of the body around it.
FILE_LIMIT_BYTES = 12 * 1024 * 1024
BODY_LIMIT_BYTES = 17 * 1024 * 1024

ImportKind = Literal["customers", "products"]
ImportMode = Literal["all_or_nothing", "skip_bad"]
ImportState = Literal["queued", "running", "done", "failed", "cancelled"]


class ImportCreate(Body):
    """Body of ``POST /imports/...``: a CSV (UTF-8) or XLSX file in base64.

    A dry run does everything and takes it back. ``all_or_nothing`` writes no row if one is bad.
    """

    id: UUID
    content: Annotated[bytes, STRICT_BASE64, Field(min_length=1, max_length=FILE_LIMIT_BYTES)]
    file_name: Annotated[str, Field(max_length=255)] | None = None
    mode: ImportMode = "all_or_nothing"
    dry_run: bool = False
    allow_duplicates: bool = False  # new customers may have the e-mail or phone of another


class ImportCancel(Body):
    """Body of ``POST /imports/{id}/cancel``."""

    id: UUID


class ImportView(Reply):
    """An import: how far it is, and what it has done. A dry run tells what it would have.

    Of many bad cells the first are listed; ``badCells`` counts all, ``listedCells`` those.
    """

    id: UUID
    kind: ImportKind
    state: ImportState
    mode: ImportMode
    dry_run: bool
    file_name: str | None
    total: int | None  # not known before the rows of a workbook are counted
    processed: int
    created: int
    updated: int
    unchanged: int
    bad_rows: int
    bad_cells: int
    listed_cells: int
    failure: str | None
    created_at: UtcInstant
    finished_at: UtcInstant | None

    @classmethod
    def of(cls, record):
        """Build it from one ``fynlo.import``."""
        return cls(
            id=UUID(record.fynlo_uuid),
            kind=record.kind,
            state=record.state,
            mode=record.mode,
            dry_run=record.is_dry_run,
            file_name=record.file_name or None,
            total=record.total if record.total or record.finished_at else None,
            processed=record.processed_now,
            created=record.created_count,
            updated=record.updated_count,
            unchanged=record.unchanged_count,
            bad_rows=record.bad_count,
            bad_cells=record.error_count,
            listed_cells=record.listed_count,
            failure=record.failure or None,
            created_at=from_odoo_datetime(record.create_date),
            finished_at=from_odoo_datetime(record.finished_at),
        )


class ImportErrorQuery(PageQuery):
    """Query string of ``GET /imports/{id}/errors``: in the order of the file."""


class ImportErrorView(Reply):
    """Why a row is bad. ``row`` is the number that a spreadsheet shows; the heading is 1."""

    row: int
    field: str
    code: str
    message: str


class ImportErrorPage(PageReply):
    """A page of bad rows; a row with several bad fields is there several times."""

    errors: list[ImportErrorView]

    @classmethod
    def of(cls, errors, total, query):
        """Build it from the ``fynlo.import.error`` of one page, the number of all, the query."""
        views = [
            ImportErrorView(
                row=error.row, field=error.field, code=error.code, message=error.message
            )
            for error in errors
        ]
        return cls(errors=views, **cls.paging(total, query))
