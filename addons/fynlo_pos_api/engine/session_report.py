"""The figures of an X or Z report. Amounts are Odoo's, in the session's currency."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class TaxFigures:
    """One tax: untaxed sales that carry it, and its amount; refunds are taken off."""

    id: str
    name: str
    base: float
    amount: float


@dataclass(frozen=True)
class PaymentFigures:
    """One payment method; change is taken off."""

    id: str
    name: str
    type: str
    count: int
    amount: float


@dataclass(frozen=True)
class EmployeeFigures:
    """What one person sold; ``id`` is ``None`` for sales of the web client's users."""

    id: str | None
    name: str
    order_count: int
    amount: float


@dataclass(frozen=True)
class CashMovement:
    """Cash put in (above zero) or taken out of the drawer by hand."""

    type: str
    amount: float
    reason: str
    created_at: datetime


@dataclass(frozen=True)
class DrawerFigures:
    """The drawer; the last three are ``None`` until it was counted."""

    opening: float
    payments: float
    expected: float | None = None
    counted: float | None = None
    difference: float | None = None


@dataclass(frozen=True)
class SalesFigures:
    """All paid orders, refunds included; the refunds among them once more."""

    order_count: int
    gross: float
    tax: float
    rounding: float
    refund_count: int
    refunds: float


@dataclass(frozen=True)
class SessionReport:
    """An X report of an open session or the Z report of a closed one."""

    session: object
    sales: SalesFigures
    taxes: list[TaxFigures]
    payments: list[PaymentFigures]
    employees: list[EmployeeFigures]
    cash_movements: list[CashMovement]
    drawer: DrawerFigures | None
    journal_entries: list[str] = field(default_factory=list)

    @property
    def is_final(self):
        """Tell whether it is the Z report."""
        return self.session.state == "closed"
