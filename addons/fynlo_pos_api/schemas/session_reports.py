"""X and Z reports. All amounts are integers of minor units."""

from functools import partial
from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Reply, UtcInstant

from ..engine.money import to_minor
from .session_report_cash import CashReport, DrawerShiftReport, to_wire
from .sessions import CashType, SessionView


class SalesReport(Reply):
    """All paid orders; ``gross`` includes tax and has the refunds taken off.

    ``voids`` were cancelled before anybody paid them.
    """

    order_count: int
    gross: int
    tax: int
    net: int
    rounding: int
    refund_count: int
    refunds: int
    discounts: int
    tips: int
    void_count: int
    voids: int


class TaxReport(Reply):
    """One tax: untaxed sales that carry it, and its amount."""

    id: str
    name: str
    base: int
    amount: int


class PaymentReport(Reply):
    """One payment method, change taken off."""

    id: str
    name: str
    type: Literal["cash", "card", "account"]
    count: int
    amount: int


class EmployeeReport(Reply):
    """What one person did; ``cashDifference`` is of the drawers that he answered for."""

    id: str | None
    name: str
    order_count: int
    amount: int
    refund_count: int
    refunds: int
    discounts: int
    tips: int
    void_count: int
    no_sale_count: int
    cash_difference: int


class NoSaleReport(Reply):
    """The drawer was opened without a sale."""

    reason: str
    employee: str | None
    drawer: str | None
    created_at: UtcInstant


class CashMovementReport(Reply):
    """Cash moved by hand; ``amount`` is below zero where it left the drawer."""

    type: CashType
    amount: int
    reason: str
    created_at: UtcInstant


class SessionReportView(Reply):
    """An X report (session open) or a Z report (session closed).

    ``drawer`` is all the cash of the session. ``drawers`` tells where it lies, in a session where
    somebody took a drawer; the last one, without ``id``, is what nobody has. Their differences
    add up to that of ``drawer`` and ``deposits``: cash for orders that are not finished.
    """

    kind: Literal["X", "Z"]
    session: SessionView
    currency: str
    sales: SalesReport
    taxes: list[TaxReport]
    payments: list[PaymentReport]
    employees: list[EmployeeReport]
    cash_movements: list[CashMovementReport]
    no_sales: list[NoSaleReport]
    drawer: CashReport | None
    drawers: list[DrawerShiftReport]
    deposits: int
    journal_entries: list[str]

    @classmethod
    def of(cls, report):
        """Build it from one ``engine.session_report.SessionReport``."""
        currency = report.session.currency_id
        convert = partial(to_wire, currency)
        sales = convert(report.sales)
        sales["net"] = sales["gross"] - sales["tax"]
        return cls(
            kind="Z" if report.is_final else "X",
            session=SessionView.of(report.session),
            currency=currency.name,
            sales=sales,
            taxes=[convert(each) for each in report.taxes],
            payments=[convert(each) for each in report.payments],
            employees=[convert(each) for each in report.employees],
            cash_movements=[convert(each) for each in report.cash_movements],
            no_sales=[convert(each) for each in report.no_sales],
            drawer=convert(report.drawer) if report.drawer else None,
            drawers=[convert(each) for each in report.drawers],
            deposits=to_minor(report.deposits, currency),
            journal_entries=report.journal_entries,
        )
