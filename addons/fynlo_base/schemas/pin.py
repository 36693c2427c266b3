"""Wire documents of ``/auth/pin``."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from .base import Body, Reply

Role = Literal["kitchen", "cashier", "supervisor", "manager", "owner"]


class PinSignIn(Body):
    """Body of ``POST /auth/pin``: who by ``employeeId`` or ``badge``, exactly one of them."""

    employee_id: UUID | None = None
    badge: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,8}$")]

    @model_validator(mode="after")
    def _check_one_name(self):
        if (self.employee_id is None) == (self.badge is None):
            raise ValueError("send either employeeId or badge")
        return self


class EmployeeOnTill(Reply):
    """Who is signed in on a till now."""

    id: UUID
    name: str
    role: Role


class PinSignedIn(Reply):
    """An access token of an employee on a till; there is no refresh, the PIN is asked again."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int  # seconds
    employee: EmployeeOnTill

    @classmethod
    def of(cls, employee, role, tokens):
        """Build it from one ``hr.employee`` and what was opened for him."""
        who = EmployeeOnTill.model_construct(
            id=UUID(employee.fynlo_uuid), name=employee.name, role=role
        )
        return cls.model_construct(
            access_token=tokens.access_token, expires_in=tokens.expires_in, employee=who
        )
