"""Drawers opened without a sale."""

from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, Reply, UtcInstant, from_odoo_datetime

from .drawers import EmployeeName, Reason


class NoSaleCreate(Body):
    """Body of ``POST /sessions/current/no-sales``."""

    id: UUID
    reason: Reason


class NoSaleView(Reply):
    """A drawer that was opened without a sale."""

    id: str
    reason: str
    employee: EmployeeName | None
    opened_at: UtcInstant

    @classmethod
    def of(cls, no_sale):
        """Build it from one ``fynlo.no.sale``, sudoed."""
        return cls(
            id=no_sale.fynlo_uuid,
            reason=no_sale.reason,
            employee=EmployeeName.of(no_sale.employee_id),
            opened_at=from_odoo_datetime(no_sale.create_date),
        )
