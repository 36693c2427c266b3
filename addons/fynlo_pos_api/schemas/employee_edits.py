"""Bodies that change employees, and the jobs they may have."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, MinorAmount, PageReply, Reply, ShortText
from pydantic import Field, model_validator

from .employees import EmployeeRole

_Name = Annotated[ShortText, Field(min_length=1)]
_Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$")]
_Phone = Annotated[str, Field(max_length=32, pattern=r"^\+?[0-9 ()./-]{3,}$")]
#: What Odoo takes for a badge.
_Badge = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,18}$")]
_Stores = Annotated[list[UUID], Field(max_length=200)]
_Version = Annotated[int, Field(ge=1)]


class EmployeeCreate(Body):
    """Body of ``POST /employees``. Without ``stores`` he serves all; a PIN is set afterwards."""

    id: UUID
    name: _Name
    role: EmployeeRole | None = None
    job_id: UUID | None = None
    email: _Email | None = None
    phone: _Phone | None = None
    badge: _Badge | None = None
    stores: _Stores = []
    hourly_cost: MinorAmount = 0


class EmployeeUpdate(Body):
    """Body of ``PUT /employees/{id}``: what is left out stays, ``null`` empties.

    ``active`` brings an archived employee back.
    """

    version: _Version
    name: _Name | None = None
    role: EmployeeRole | None = None
    job_id: UUID | None = None
    email: _Email | None = None
    phone: _Phone | None = None
    badge: _Badge | None = None
    stores: _Stores | None = None
    hourly_cost: MinorAmount | None = None
    active: Literal[True] | None = None

    @model_validator(mode="after")
    def _check_name(self):
        if "name" in self.model_fields_set and self.name is None:
            raise ValueError("a name cannot be emptied")
        return self


class PinWrite(Body):
    """Body of ``PUT /employees/{id}/pin``: 4 to 8 digits, or ``null`` to take the PIN away."""

    pin: Annotated[str, Field(pattern=r"^[0-9]{4,8}$")] | None


class JobView(Reply):
    """A job; ``employees`` is the number of people who have it."""

    id: str
    name: str
    employees: int


class JobPage(PageReply):
    """A page of jobs."""

    jobs: list[JobView]

    @classmethod
    def of(cls, jobs, total, query):
        """Build it from the ``hr.job`` of one page, the number of all, and the query."""
        views = [
            JobView(id=job.fynlo_uuid, name=job.name, employees=job.no_of_employee) for job in jobs
        ]
        return cls(jobs=views, **cls.paging(total, query))
