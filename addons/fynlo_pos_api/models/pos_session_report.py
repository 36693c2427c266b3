from collections import defaultdict

from odoo import models
from odoo.addons.fynlo_base.exceptions import ForbiddenError

from ..engine.session_report import PaymentFigures, SalesFigures, SessionReport, TaxFigures
from ..engine.tenders import method_entry


class PosSession(models.Model):
    _inherit = "pos.session"

    def _fynlo_report(self):
        """Return the X report of the open or the Z report of the closed session.

        Taxes of a closed session are read from its journal entries, those of an open one come
        from the tax engine that will write them, so the two agree to the cent.

        :return: a :class:`~..engine.session_report.SessionReport`
        :raise ForbiddenError: an X report tells what the drawer should hold: no cashier sees it
        """
        if self.state != "closed" and not self._fynlo_may_approve():
            raise ForbiddenError()
        # The right to the session is checked; its parts need rights that a till's user lacks.
        session_sudo = self.sudo()
        orders_sudo = session_sudo._get_closed_orders()
        drawers = session_sudo._fynlo_drawer_list()
        return SessionReport(
            session=self,
            sales=session_sudo._fynlo_sales_figures(orders_sudo),
            taxes=session_sudo._fynlo_tax_figures(orders_sudo),
            payments=session_sudo._fynlo_payment_figures(),
            employees=session_sudo._fynlo_employee_figures(orders_sudo),
            cash_movements=session_sudo._fynlo_cash_movements(),
            no_sales=session_sudo._fynlo_no_sale_figures(),
            drawer=session_sudo._fynlo_drawer_figures(),
            drawers=drawers,
            deposits=session_sudo._fynlo_deposits(drawers),
            journal_entries=session_sudo._fynlo_journal_entries(),
        )

    def _fynlo_sales_figures(self, orders):
        refunds = orders.filtered(lambda order: order.amount_total < 0)
        voided = self.order_ids.filtered(lambda order: order.state == "cancel")
        gross = sum(orders.mapped("amount_total"))
        return SalesFigures(
            order_count=len(orders),
            gross=gross,
            tax=sum(orders.mapped("amount_tax")),
            rounding=sum(orders.mapped("amount_paid")) - gross,
            refund_count=len(refunds),
            refunds=sum(refunds.mapped("amount_total"), 0.0),
            discounts=sum_discounts(orders),
            tips=sum(orders.mapped("tip_amount"), 0.0),
            void_count=len(voided),
            voids=sum(voided.mapped("amount_total"), 0.0),
        )

    def _fynlo_payment_figures(self):
        groups = self.env["pos.payment"]._read_group(
            self._get_captured_payments_domain(), ["payment_method_id"], ["__count", "amount:sum"]
        )
        return [
            PaymentFigures(method.fynlo_uuid, method.name, _type_of(method), count, amount)
            for method, count, amount in groups
        ]

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


def sum_discounts(orders):
    """Return what was taken off the prices of these orders, below zero for refunds."""
    lines = orders.lines.filtered("discount")
    return sum((line._get_discount_amount() for line in lines), 0.0)


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
    return method_entry(method).type
