"""Sessions and the cash drawer."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    LongText,
    MinorAmount,
    Reply,
    ShortText,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field

from ..engine.money import to_minor

#: What a till calls Odoo's states.
_STATES = {"opened": "open", "closing_control": "closing", "closed": "closed"}

SessionState = Literal["open", "closing", "closed"]
CashType = Literal["in", "out", "drop"]


class SessionOpen(Body):
    """Body of ``POST /sessions/open``."""

    id: UUID
    opening_cash: MinorAmount
    note: LongText | None = None


class CashMoveCreate(Body):
    """Body of ``POST /sessions/current/cash-moves``; ``drop`` is a way to the safe."""

    id: UUID
    type: CashType
    amount: Annotated[MinorAmount, Field(gt=0)]
    reason: Annotated[ShortText, Field(min_length=1)]


class SessionClose(Body):
    """Body of ``POST /sessions/current/close``; ``reason`` is why cash is missing or left over."""

    id: UUID
    note: LongText | None = None
    reason: Annotated[ShortText, Field(min_length=1)] | None = None


class SessionView(Reply):
    """A session of the store; what its drawer should hold is not told."""

    id: str
    name: str
    state: SessionState
    currency: str
    opening_cash: int
    opened_at: UtcInstant
    closed_at: UtcInstant | None
    note: str | None

    @classmethod
    def of(cls, session):
        """Build it from one ``pos.session``."""
        is_closed = session.state == "closed"
        return cls(
            id=session.fynlo_uuid,
            name=session.name,
            state=_STATES[session.state],
            currency=session.currency_id.name,
            opening_cash=to_minor(session.cash_register_balance_start, session.currency_id),
            opened_at=from_odoo_datetime(session.start_at),
            closed_at=from_odoo_datetime(session.stop_at) if is_closed else None,
            note=session.opening_notes or None,
        )


class CashMoveView(Reply):
    """A cash move."""

    id: str
    type: CashType
    amount: int
    currency: str
    reason: str
    created_at: UtcInstant

    @classmethod
    def of(cls, move):
        """Build it from one ``account.bank.statement.line``."""
        currency = move.pos_session_id.currency_id
        return cls(
            id=move.fynlo_uuid,
            type=move.fynlo_cash_type,
            amount=to_minor(abs(move.amount), currency),
            currency=currency.name,
            reason=move.fynlo_reason,
            created_at=from_odoo_datetime(move.create_date),
        )
