"""A second person's consent, given with his PIN."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    MinorAmount,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field, model_validator

Operation = Literal["order_refund"]


class ApprovalCreate(Body):
    """Body of ``POST /approvals``: what ``approval_required`` has told, and who consents.

    He is named by ``employeeId`` or ``badge``, exactly one of them.
    """

    id: UUID
    operation: Operation
    subject_id: UUID
    amount: Annotated[MinorAmount, Field(gt=0)]
    employee_id: UUID | None = None
    badge: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,8}$")]

    @model_validator(mode="after")
    def _check_one_name(self):
        if (self.employee_id is None) == (self.badge is None):
            raise ValueError("send either employeeId or badge")
        return self


class Approver(Reply):
    """Who has consented, and as what."""

    id: str
    name: str
    role: Literal["supervisor", "manager", "owner"]


class ApprovalView(Reply):
    """A consent: good once, until ``expiresAt``, for exactly what was asked on this till."""

    id: str
    approval_token: str
    expires_at: UtcInstant
    approver: Approver

    @classmethod
    def of(cls, approval, token):
        """Build it from one ``fynlo.approval``, sudoed, and the text of its token."""
        approver = approval.approver_id
        who = Approver.model_construct(
            id=approver.fynlo_uuid, name=approver.name, role=approval.approver_role
        )
        return cls.model_construct(
            id=approval.fynlo_uuid,
            approval_token=token,
            expires_at=from_odoo_datetime(approval.expires_at),
            approver=who,
        )
