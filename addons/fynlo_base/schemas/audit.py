"""Query and reply of ``GET /audit``."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from .base import PageQuery, PageReply, Reply, UtcInstant, from_odoo_datetime


class AuditQuery(PageQuery):
    """Filters; all of them must hold. ``from`` is included, ``to`` is not."""

    action: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{1,64}$")] | None = None
    subject: UUID | None = None
    user: UUID | None = None
    employee: UUID | None = None
    device: UUID | None = None
    from_: Annotated[UtcInstant | None, Field(alias="from")] = None
    to: UtcInstant | None = None


class SealView(Reply):
    """Place of an entry in the hash chain."""

    number: int
    hash: str
    previous_hash: str


class AuditEntryView(Reply):
    """One entry. Ids are ``None`` where nobody of that kind took part, or he is gone."""

    created_at: UtcInstant
    action: str
    subject_id: str | None
    user_id: str | None
    employee_id: str | None
    device_id: str | None
    store_id: str | None
    request_id: str | None
    data: dict
    seal: SealView | None

    @classmethod
    def from_record(cls, entry):
        """Build from one ``fynlo.audit`` record."""
        seal = None
        if entry.seal_number:
            seal = SealView(
                number=entry.seal_number,
                hash=entry.seal_hash,
                previous_hash=entry.seal_previous_hash,
            )
        return cls(
            created_at=from_odoo_datetime(entry.created_at),
            action=entry.action,
            subject_id=entry.subject_uuid or None,
            user_id=entry.user_uuid or None,
            employee_id=entry.employee_uuid or None,
            device_id=entry.device_uuid or None,
            store_id=entry.store_uuid or None,
            request_id=entry.request_id or None,
            data=entry.data or {},
            seal=seal,
        )


class AuditPage(PageReply):
    """``data`` of ``GET /audit``, newest first."""

    entries: list[AuditEntryView]

    @classmethod
    def from_page(cls, query, entries, total):
        """Build from the query, one page of records and the number of all that match."""
        return cls(
            entries=[AuditEntryView.from_record(entry) for entry in entries],
            **cls.paging(total, query),
        )
