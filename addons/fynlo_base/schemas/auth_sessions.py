"""Wire documents about the sessions behind the tokens: ``/auth/me`` and ``/auth/sessions``."""

from typing import Literal
from uuid import UUID

from .auth import AuthStore, AuthUser
from .base import PageReply, Reply, UtcInstant, from_odoo_datetime


class AuthEmployee(Reply):
    """Who signed in by PIN."""

    id: UUID
    name: str

    @classmethod
    def of(cls, employee):
        """Build it from one ``hr.employee``, sudoed, or ``None`` from none."""
        if not employee:
            return None
        return cls.model_construct(id=UUID(employee.fynlo_uuid), name=employee.name)


class Me(Reply):
    """Reply of ``GET /auth/me``: whom the token stands for, and where."""

    session_id: UUID
    user: AuthUser
    employee: AuthEmployee | None
    device_id: UUID | None
    stores: list[AuthStore]

    @classmethod
    def of(cls, session, stores):
        """Build it from one session and the stores its token serves, all sudoed."""
        return cls.model_construct(
            session_id=UUID(session.fynlo_uuid),
            user=AuthUser.of(session.user_id, session.role),
            employee=AuthEmployee.of(session.employee_id),
            device_id=_uuid_of(session.device_id),
            stores=[AuthStore.of(store) for store in stores],
        )


class SignInView(Reply):
    """One sign-in."""

    id: UUID
    name: str | None
    role: Literal["device", "kitchen", "cashier", "supervisor", "manager", "owner"]
    device_id: UUID | None
    address: str | None
    created_at: UtcInstant
    last_used_at: UtcInstant  # to the minute
    expires_at: UtcInstant  # moves on with each refresh
    is_current: bool  # whether this request came with one of its tokens

    @classmethod
    def of(cls, session, current):
        """Build it from one session, sudoed; ``current`` is the uuid of the request's own."""
        return cls.model_construct(
            id=UUID(session.fynlo_uuid),
            name=session.name or None,
            role=session.role,
            device_id=_uuid_of(session.device_id),
            address=session.ip or None,
            created_at=from_odoo_datetime(session.create_date),
            last_used_at=from_odoo_datetime(session.last_used_at),
            expires_at=from_odoo_datetime(session.expires_at),
            is_current=session.fynlo_uuid == current,
        )


class SessionPage(PageReply):
    """A page of sign-ins."""

    sessions: list[SignInView]

    @classmethod
    def of(cls, sessions, total, current, query):
        """Build it from sessions, sudoed, and the query that found them."""
        return cls.model_construct(
            sessions=[SignInView.of(session, current) for session in sessions],
            **cls.paging(total, query),
        )


def _uuid_of(record):
    return UUID(record.fynlo_uuid) if record else None
