from collections import defaultdict

from odoo import models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.principal import principal_of

from ..engine.session_report import (
    CashMovement,
    DrawerFigures,
    EmployeeFigures,
    PaymentFigures,
    SalesFigures,
    SessionReport,
    TaxFigures,
)


class PosSession(models.Model):
    _inherit = "pos.session"

    def _fynlo_report(self):
        """Return the X report of the open or the Z report of the closed session.

        Taxes of a closed session are read from its journal entries, those of an open one come
        from the tax engine that will write them, so the two agree to the cent.

        :return: a :class:`~..engine.session_report.SessionReport`
        :raise ForbiddenError: an X report tells what the drawer should hold: no cashier sees it
        """
        if self.state != "closed" and not principal_of(self.env).is_at_least("supervisor"):
            raise ForbiddenError()
        # The right to the session is checked; its parts need rights that a till's user lacks.
        session_sudo = self.sudo()
        orders_sudo = session_sudo._get_closed_orders()
        return SessionReport(
            session=self,
            sales=session_sudo._fynlo_sales_figures(orders_sudo),
            taxes=session_sudo._fynlo_tax_figures(orders_sudo),
            payments=session_sudo._fynlo_payment_figures(),
            employees=session_sudo._fynlo_employee_figures(orders_sudo),
            cash_movements=session_sudo._fynlo_cash_movements(),
            drawer=session_sudo._fynlo_drawer_figures(),
            journal_entries=session_sudo._fynlo_journal_entries(),
        )

    def _fynlo_sales_figures(self, orders):
        refunds = orders.filtered(lambda order: order.amount_total < 0)
        gross = sum(orders.mapped("amount_total"))
        return SalesFigures(
            order_count=len(orders),
            gross=gross,
            tax=sum(orders.mapped("amount_tax")),
            rounding=sum(orders.mapped("amount_paid")) - gross,
            refund_count=len(refunds),
            refunds=sum(refunds.mapped("amount_total")),
        )

    def _fynlo_payment_figures(self):
        groups = self.env["pos.payment"]._read_group(
            self._get_captured_payments_domain(), ["payment_method_id"], ["__count", "amount:sum"]
        )
        return [
            PaymentFigures(method.fynlo_uuid, method.name, _type_of(method), count, amount)
            for method, count, amount in groups
        ]

    def _fynlo_employee_figures(self, orders):
        figures = [
            EmployeeFigures(
                id=employee.fynlo_uuid or None,
                name=(employee or user).name,
                order_count=len(group),
                amount=sum(group.mapped("amount_total")),
            )
            for (employee, user), group in orders.grouped(_seller_of).items()
        ]
        return sorted(figures, key=lambda each: each.name)

    def _fynlo_cash_movements(self):
        moves = self.fynlo_cash_move_ids.sorted("id")
        return [
            CashMovement(move.fynlo_cash_type, move.amount, move.fynlo_reason, move.create_date)
            for move in moves
        ]

    def _fynlo_drawer_figures(self):
        if not self.cash_control:
            return None
        drawer = self.payment_method_ids.filtered("is_cash_count")[:1]  # the one Odoo counts
        domain = [*self._get_captured_payments_domain(), ("payment_method_id", "=", drawer.id)]
        [(payments,)] = self.env["pos.payment"]._read_group(domain, [], ["amount:sum"])
        figures = {"opening": self.cash_register_balance_start, "payments": payments or 0.0}
        if self.state == "closed":
            expected, counted = self._fynlo_expected_cash(), self.cash_register_balance_end_real
        elif count := self._fynlo_valid_count():
            expected, counted = count.expected, count.counted
        else:
            return DrawerFigures(**figures)
        return DrawerFigures(
            **figures, expected=expected, counted=counted, difference=counted - expected
        )

    def _fynlo_journal_entries(self):
        """Return the names of the entries that the closing wrote, in their own order."""
        if self.state != "closed":
            return []
        return sorted(self._get_related_account_moves().mapped("name"))

    def _fynlo_tax_figures(self, orders):
        totals = defaultdict(lambda: [0.0, 0.0])
        invoices = orders.account_move
        if self.state == "closed":
            _add_entries(totals, (self.move_id | invoices).line_ids)
        else:
            _add_entries(totals, invoices.line_ids)
            for order in orders - invoices.pos_order_ids:
                _add_order(totals, order)
        return [
            TaxFigures(tax.fynlo_uuid, tax.name, base, amount)
            for tax, (base, amount) in sorted(totals.items(), key=lambda item: item[0].sequence)
        ]


def _seller_of(order):
    no_user = order.env["res.users"]
    return order.employee_id, no_user if order.employee_id else order.user_id


def _add_entries(totals, lines):
    """Add the taxes of journal items: a sale is a credit there, so the sign turns."""
    for line in lines:
        if line.tax_repartition_line_id:
            totals[line.tax_line_id][1] -= line.amount_currency
            continue
        for tax in line.tax_ids.flatten_taxes_hierarchy():
            totals[tax][0] -= line.amount_currency


def _add_order(totals, order):
    """Add the taxes of one order, by the same steps as Odoo's closing."""
    taxes, company = order.env["account.tax"], order.company_id
    base_lines = order.with_context(linked_to_pos=True)._prepare_tax_base_line_values()
    taxes._add_tax_details_in_base_lines(base_lines, company)
    taxes._round_base_lines_tax_details(base_lines, company)
    taxes._add_accounting_data_in_base_lines_tax_details(base_lines, company)
    result = taxes._prepare_tax_lines(base_lines, company)
    for base_line, amounts in result["base_lines_to_update"]:
        for tax in base_line["tax_ids"].flatten_taxes_hierarchy():
            totals[tax][0] -= amounts["amount_currency"]
    for tax_line in result["tax_lines_to_add"]:
        part = taxes.env["account.tax.repartition.line"].browse(tax_line["tax_repartition_line_id"])
        totals[part.tax_id][1] -= tax_line["amount_currency"]


def _type_of(method):
    """Return what the catalog calls a payment method."""
    return "cash" if method.is_cash_count else "card"
