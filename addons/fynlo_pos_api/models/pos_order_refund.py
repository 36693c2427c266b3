from collections import defaultdict
from math import copysign

from odoo import api, fields, models

from ..engine.money import to_minor
from ..engine.refund import Share
from ..engine.tenders import method_entry


class PosOrder(models.Model):
    _inherit = "pos.order"

    fynlo_is_money_back = fields.Boolean("All Money Given Back", readonly=True, copy=False)

    def _fynlo_refund_orders(self):
        """Return the booked refunds of one order (may be empty)."""
        orders = self.lines.refund_orderline_ids.order_id
        return orders.filtered(lambda order: order.state in ("paid", "done"))

    def _fynlo_refunded_total(self):
        """Return what was given back for one order, above zero, in its currency."""
        return self.currency_id.round(sum(line._fynlo_refunded_total() for line in self.lines))

    def _fynlo_given_back(self):
        """Return what was given back for one order, open or finished, above zero."""
        if self.state != "draft":
            return self._fynlo_refunded_total()
        given = self.payment_ids.filtered(lambda each: each.amount < 0 and not each.is_change)
        return -sum(given.mapped("amount"))

    def _fynlo_line_shares(self):
        """Return ``{line: Share}`` of orders as Odoo's engine books them.

        What a refund gives back is above zero, as what it is taken from.
        """
        shares = {}
        for order in self:
            engine, company = self.env["account.tax"], order.company_id
            base_lines = order._prepare_tax_base_line_values()
            engine._add_tax_details_in_base_lines(base_lines, company)
            engine._round_base_lines_tax_details(base_lines, company)
            for line, base_line in zip(order.lines, base_lines, strict=True):
                shares[line] = _share_of(base_line["tax_details"], order.currency_id)
        return shares

    def _fynlo_paid_by_method(self):
        """Return ``{MethodEntry: minor units}``: what each method has paid and not given back.

        In the order of the payments; cash without its change. What came back against other goods
        is gone too, cards before cash.
        """
        refunds = self._fynlo_refund_orders()
        back = self.lines.refund_orderline_ids
        exchanges = refunds.filtered(lambda order: order.lines - back)
        sums = defaultdict(float)
        for payment in (self | refunds - exchanges).payment_ids.sorted("id"):
            sums[payment.payment_method_id] += payment.amount
        paid = {
            method_entry(method): to_minor(amount, self.currency_id)
            for method, amount in sums.items()
        }
        credit = -sum((exchanges.lines & back).mapped("price_subtotal_incl"))
        credit = to_minor(credit, self.currency_id)
        for method in sorted(paid, key=lambda method: method.is_cash):
            part = min(credit, max(paid[method], 0))
            paid[method] -= part
            credit -= part
        return paid


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    fynlo_is_scrapped = fields.Boolean(
        "Scrapped", readonly=True, help="The goods came back and were thrown away."
    )

    def _fynlo_refunded_total(self):
        """Return what was given back for one line, with tax, above zero."""
        booked = self.refund_orderline_ids.filtered(
            lambda line: line.order_id.state in ("paid", "done")
        )
        return -sum(line._fynlo_amount("price_subtotal_incl") for line in booked)

    def _fynlo_amount(self, name):
        """Return ``price_subtotal`` or ``price_subtotal_incl`` of one line with its own sign.

        The web POS stores those of a refund above zero.
        """
        direction = self.qty * self.price_unit
        return copysign(self[name], direction) if direction else self[name]

    @api.depends("price_subtotal", "total_cost")
    def _compute_margin(self):
        """Odoo turns the sign of a refund's price, as the web POS stores it the other way round."""
        result = super()._compute_margin()
        for line in self.filtered(lambda each: each.order_id.is_refund and not each.combo_line_ids):
            line.margin = line._fynlo_amount("price_subtotal") - line.total_cost
        return result

    def _prepare_base_line_for_taxes_computation(self):
        """Of a refund that brings no goods back, take the refund's side of the taxes too."""
        values = super()._prepare_base_line_for_taxes_computation()
        if self.refunded_orderline_id and not self.qty:
            values["is_refund"] = True
        return values


def _share_of(tax_details, currency):
    excluded = tax_details["total_excluded_currency"] + tax_details["delta_total_excluded_currency"]
    taxes = defaultdict(lambda: (0, 0))
    for data in tax_details["taxes_data"]:
        base, tax = taxes[data["tax"].id]
        taxes[data["tax"].id] = (
            base + to_minor(data["base_amount_currency"], currency),
            tax + to_minor(data["tax_amount_currency"], currency),
        )
    return Share(to_minor(excluded, currency), dict(taxes))
