"""Drawers and who answers for them."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    LongText,
    PageReply,
    Reply,
    ShortText,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field

from ..engine.money import to_minor
from .cash_counts import CountedCash

Reason = Annotated[ShortText, Field(min_length=1)]


class ShiftOpen(CountedCash):
    """Body of ``POST /drawers/{id}/shifts``: what lies in the drawer at the beginning."""

    id: UUID
    note: LongText | None = None


class ShiftClose(Body):
    """Body of ``POST /drawer-shifts/{id}/close``; ``reason`` is why cash is missing or left."""

    id: UUID
    reason: Reason | None = None


class ShiftHandover(Body):
    """Body of ``POST /drawer-shifts/{id}/handover``; ``id`` becomes that of the new shift.

    ``employeeId`` is who takes over, the one who asks when left out.
    """

    id: UUID
    employee_id: UUID | None = None
    reason: Reason | None = None


class EmployeeName(Reply):
    """Who it is."""

    id: str
    name: str

    @classmethod
    def of(cls, employee):
        """Build it from one ``hr.employee``, sudoed; ``None`` for nobody."""
        return cls(id=employee.fynlo_uuid, name=employee.name) if employee else None


class OpenShift(Reply):
    """Who answers for a drawer now, and since when."""

    id: str
    employee: EmployeeName
    opened_at: UtcInstant


class DrawerView(Reply):
    """A drawer; ``deviceId`` is its till, ``null`` for a purse that goes with its holder."""

    id: str
    name: str
    device_id: str | None
    shift: OpenShift | None

    @classmethod
    def of(cls, drawer):
        """Build it from one ``fynlo.drawer``, sudoed."""
        shift = drawer.open_shift_id
        view = shift and OpenShift(
            id=shift.fynlo_uuid,
            employee=EmployeeName.of(shift.employee_id),
            opened_at=from_odoo_datetime(shift.opened_at),
        )
        return cls(
            id=drawer.fynlo_uuid,
            name=drawer.name,
            device_id=drawer.device_id.fynlo_uuid or None,
            shift=view or None,
        )


class DrawerPage(PageReply):
    """A page of the store's drawers."""

    drawers: list[DrawerView]

    @classmethod
    def of(cls, drawers, total, query):
        """Build it from the drawers of one page, sudoed, the number of all, and the query."""
        views = [DrawerView.of(drawer) for drawer in drawers]
        return cls(drawers=views, **cls.paging(total, query))


class ShiftView(Reply):
    """A drawer shift; the last four are ``null`` until it is closed, so that a count is blind."""

    id: str
    drawer_id: str
    drawer_name: str
    employee: EmployeeName
    state: Literal["open", "closed"]
    currency: str
    opened_at: UtcInstant
    opening_cash: int
    closed_at: UtcInstant | None = None
    counted_cash: int | None = None
    expected_cash: int | None = None
    difference: int | None = None
    reason: str | None = None

    @classmethod
    def of(cls, shift):
        """Build it from one ``fynlo.drawer.shift``, sudoed."""
        currency = shift.currency_id
        result = {}
        if shift.state == "closed":
            result = {
                "closed_at": from_odoo_datetime(shift.closed_at),
                "counted_cash": to_minor(shift.counted, currency),
                "expected_cash": to_minor(shift.expected, currency),
                "difference": to_minor(shift.difference, currency),
                "reason": shift.reason or None,
            }
        return cls(
            id=shift.fynlo_uuid,
            drawer_id=shift.drawer_id.fynlo_uuid,
            drawer_name=shift.drawer_id.name,
            employee=EmployeeName.of(shift.employee_id),
            state=shift.state,
            currency=currency.name,
            opened_at=from_odoo_datetime(shift.opened_at),
            opening_cash=to_minor(shift.opening, currency),
            **result,
        )
