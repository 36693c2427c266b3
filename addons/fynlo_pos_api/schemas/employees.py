"""The people of a store: as a till may know them, and as a manager does."""

from typing import Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    PageQuery,
    PageReply,
    Reply,
    ShortText,
    UtcInstant,
    from_odoo_datetime,
)

from ..engine.money import to_minor

EmployeeRole = Literal["kitchen", "cashier", "supervisor", "manager", "owner"]


class EmployeeQuery(PageQuery):
    """Query string of ``GET /employees``.

    ``query`` is part of a name or a job; for managers of an e-mail address, a phone number or a
    whole badge too, and only they see who is archived.
    """

    query: ShortText | None = None
    role: EmployeeRole | None = None
    status: Literal["active", "archived", "all"] = "active"
    sort_by: Literal["name", "createdAt"] = "name"
    sort_order: Literal["asc", "desc"] = "asc"


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


class StoreName(Reply):
    """A store."""

    id: str
    name: str


class EmployeeFile(Reply):
    """What only managers see. ``stores`` are those of the caller; none named means all.

    ``hourlyCost`` is in minor units of the company's currency.
    """

    email: str | None
    phone: str | None
    badge: str | None
    all_stores: bool
    stores: list[StoreName]
    hourly_cost: int
    currency: str
    pin_set_at: UtcInstant | None
    created_at: UtcInstant

    @classmethod
    def of(cls, employee, store_ids):
        """Build it from one employee, sudoed, and the ids of the stores that the caller serves."""
        stores = employee.fynlo_store_ids.filtered(lambda store: store.id in store_ids)
        currency = employee.company_id.currency_id
        return cls(
            email=employee.work_email or None,
            phone=employee.work_phone or None,
            badge=employee.barcode or None,
            all_stores=not employee.fynlo_store_ids,
            stores=[StoreName(id=store.fynlo_uuid, name=store.name) for store in stores],
            hourly_cost=to_minor(employee.hourly_cost, currency),
            currency=currency.name,
            pin_set_at=from_odoo_datetime(employee.fynlo_pin_set_at),
            created_at=from_odoo_datetime(employee.create_date),
        )


class EmployeeView(Reply):
    """One employee; ``file`` is ``null`` below manager. Without a role he cannot sign in."""

    id: str
    version: int
    active: bool
    name: str
    role: EmployeeRole | None
    job: str | None
    job_id: str | None
    has_pin: bool
    file: EmployeeFile | None

    @classmethod
    def of(cls, employee, store_ids):
        """Build it from one employee, sudoed.

        :param store_ids: the stores that the caller serves if he is a manager, else ``None``
        """
        return cls(
            id=employee.fynlo_uuid,
            version=employee.fynlo_version,
            active=employee.active,
            name=employee.name,
            role=employee.fynlo_role or None,
            job=employee.job_title or None,
            job_id=employee.job_id.fynlo_uuid or None,
            has_pin=bool(employee.fynlo_pin_set_at),
            file=None if store_ids is None else EmployeeFile.of(employee, store_ids),
        )
