"""X and Z reports. All amounts are integers of minor units."""

from dataclasses import asdict
from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Reply, UtcInstant, from_odoo_datetime

from ..engine.money import to_minor
from .sessions import CashType, SessionView


class SalesReport(Reply):
    """All paid orders; ``gross`` includes tax and has the refunds taken off."""

    order_count: int
    gross: int
    tax: int
    net: int
    rounding: int
    refund_count: int
    refunds: int


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
    type: Literal["cash", "card"]
    count: int
    amount: int


class EmployeeReport(Reply):
    """What one person sold."""

    id: str | None
    name: str
    order_count: int
    amount: int


class CashMovementReport(Reply):
    """Cash moved by hand; ``amount`` is below zero where it left the drawer."""

    type: CashType
    amount: int
    reason: str
    created_at: UtcInstant


class DrawerReport(Reply):
    """The drawer; ``expected`` stays ``null`` until a valid count was made."""

    opening: int
    payments: int
    expected: int | None
    counted: int | None
    difference: int | None


class SessionReportView(Reply):
    """An X report (session open) or a Z report (session closed)."""

    kind: Literal["X", "Z"]
    session: SessionView
    currency: str
    sales: SalesReport
    taxes: list[TaxReport]
    payments: list[PaymentReport]
    employees: list[EmployeeReport]
    cash_movements: list[CashMovementReport]
    drawer: DrawerReport | None
    journal_entries: list[str]

    @classmethod
    def of(cls, report):
        """Build it from one ``engine.session_report.SessionReport``."""
        currency = report.session.currency_id

        def convert(figures):
            """Turn the floats of a figures object into minor units."""
            values = asdict(figures)
            amounts = {key: value for key, value in values.items() if isinstance(value, float)}
            return values | {key: to_minor(value, currency) for key, value in amounts.items()}

        sales = convert(report.sales)
        sales["net"] = sales["gross"] - sales["tax"]
        movements = [convert(each) for each in report.cash_movements]
        for movement in movements:
            movement["created_at"] = from_odoo_datetime(movement["created_at"])
        return cls(
            kind="Z" if report.is_final else "X",
            session=SessionView.of(report.session),
            currency=currency.name,
            sales=sales,
            taxes=[convert(each) for each in report.taxes],
            payments=[convert(each) for each in report.payments],
            employees=[convert(each) for each in report.employees],
            cash_movements=movements,
            drawer=convert(report.drawer) if report.drawer else None,
            journal_entries=report.journal_entries,
        )
