"""The people of a store, as a till may know them."""

from typing import Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import PageQuery, PageReply, Reply, ShortText

EmployeeRole = Literal["kitchen", "cashier", "supervisor", "manager", "owner"]


class EmployeeQuery(PageQuery):
    """Query string of ``GET /employees``; ``query`` is part of a name."""

    query: ShortText | None = None
    role: EmployeeRole | None = None


class EmployeeSummary(Reply):
    """An employee who may sign in at the store; ``hasPin`` tells whether he can by PIN."""

    id: UUID
    name: str
    role: EmployeeRole
    job: str | None
    has_pin: bool

    @classmethod
    def of(cls, employee):
        """Build it from one employee, sudoed."""
        return cls.model_construct(
            id=UUID(employee.fynlo_uuid),
            name=employee.name,
            role=employee.fynlo_role,
            job=employee.job_title or None,
            has_pin=bool(employee.fynlo_pin_set_at),
        )


class EmployeePage(PageReply):
    """A page of employees."""

    employees: list[EmployeeSummary]

    @classmethod
    def of(cls, employees, total, query):
        """Build it from the employees of one page, sudoed, the number of all, and the query."""
        return cls.model_construct(
            employees=[EmployeeSummary.of(employee) for employee in employees],
            **cls.paging(total, query),
        )
