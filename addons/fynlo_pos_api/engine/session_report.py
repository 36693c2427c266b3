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
    """What one person did; ``id`` is ``None`` for users of the web client.

    ``voids`` and ``no_sales`` count what he did himself, ``cash_difference`` adds up the drawers
    that he answered for.
    """

    id: str | None
    name: str
    order_count: int
    amount: float
    refund_count: int
    refunds: float
    discounts: float
    tips: float
    void_count: int
    no_sale_count: int
    cash_difference: float


@dataclass(frozen=True)
class NoSaleFigures:
    """The drawer was opened without a sale."""

    reason: str
    employee: str | None
    drawer: str | None
    created_at: datetime


@dataclass(frozen=True)
class PieceFigures:
    """Coins or notes of one kind; ``value`` in minor units."""

    value: int
    quantity: int


@dataclass(frozen=True)
class CashMovement:
    """Cash put in (above zero) or taken out of the drawer by hand."""

    type: str
    amount: float
    reason: str
    created_at: datetime


@dataclass(frozen=True)
class CashFigures:
    """Cash of a drawer: what came in and went out, and what was found.

    ``handed_out`` went as opening cash into drawers that somebody took, ``handed_back`` came
    from them when they were closed; both are of the session's own drawer alone. The last three
    amounts are ``None`` until it was counted.
    """

    opening: float
    payments: float
    paid_in: float
    paid_out: float
    drops: float
    handed_out: float = 0.0
    handed_back: float = 0.0
    expected: float | None = None
    counted: float | None = None
    difference: float | None = None
    reason: str | None = None
    denominations: list[PieceFigures] = field(default_factory=list)

    @property
    def balance(self):
        """What should lie in it."""
        came_in = self.opening + self.payments + self.paid_in + self.handed_back
        return came_in + self.paid_out + self.drops + self.handed_out


@dataclass(frozen=True)
class DrawerShiftFigures:
    """One person's shift on a drawer; without id, person and times the session's own drawer."""

    id: str | None
    drawer: str
    employee: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    no_sale_count: int
    cash: CashFigures


@dataclass(frozen=True)
class SalesFigures:
    """All paid orders, refunds included; the refunds among them once more."""

    order_count: int
    gross: float
    tax: float
    rounding: float
    refund_count: int
    refunds: float
    discounts: float
    tips: float
    void_count: int
    voids: float


@dataclass(frozen=True)
class SessionReport:
    """An X report of an open session or the Z report of a closed one.

    ``drawer`` is all the cash of the session as Odoo books it; ``drawers`` is where it lies, in
    a session where somebody took one. Their differences add up to its difference and
    ``deposits``: cash for orders that are not finished, which Odoo books with a later session.
    """

    session: object
    sales: SalesFigures
    taxes: list[TaxFigures]
    payments: list[PaymentFigures]
    employees: list[EmployeeFigures]
    cash_movements: list[CashMovement]
    no_sales: list[NoSaleFigures]
    drawer: CashFigures | None
    drawers: list[DrawerShiftFigures]
    deposits: float
    journal_entries: list[str] = field(default_factory=list)

    @property
    def is_final(self):
        """Tell whether it is the Z report."""
        return self.session.state == "closed"
