from odoo import api, fields, models

from ..engine.order_life import STATES
from .pos_preset import ORDER_TYPES

PAYMENT_STATES = [
    ("unpaid", "Unpaid"),
    ("partial", "Partially Paid"),
    ("paid", "Paid"),
    ("partially_refunded", "Partially Refunded"),
    ("refunded", "Refunded"),
]


class PosOrder(models.Model):
    _inherit = "pos.order"

    fynlo_device_id = fields.Many2one(
        "fynlo.device", "Till", readonly=True, copy=False, index="btree_not_null"
    )
    fynlo_state = fields.Selection(
        list(STATES.items()),
        "Progress",
        compute="_compute_fynlo_state",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
    )
    fynlo_payment_state = fields.Selection(
        PAYMENT_STATES, "Payment", compute="_compute_fynlo_payment_state"
    )
    fynlo_order_type = fields.Selection(ORDER_TYPES, "Order Type", readonly=True)
    fynlo_version = fields.Integer("Version", default=1, readonly=True, copy=False)
    fynlo_price_difference = fields.Monetary(
        "Price Difference",
        readonly=True,
        copy=False,
        help="What a till charged while it was offline, less what the server would have.",
    )
    fynlo_taxes = fields.Json(readonly=True, copy=False, help="Taxes as printed on the receipt")

    _fynlo_price_difference_idx = models.Index("(id) WHERE fynlo_price_difference <> 0")
    _fynlo_list_idx = models.Index("(config_id, date_order DESC, id DESC)")
    _fynlo_total_idx = models.Index("(config_id, amount_total, id)")
    # Equal keys are stored once, so that counting 100,000 orders reads a few pages.
    _fynlo_count_idx = models.Index("(config_id, fynlo_state, company_id)")

    @api.depends("state")
    def _compute_fynlo_state(self):
        for order in self:
            if order.state in ("paid", "done"):
                order.fynlo_state = "completed"
            elif order.state == "cancel":
                order.fynlo_state = "cancelled"
            else:
                order.fynlo_state = order.fynlo_state or "draft"

    @api.depends("state", "amount_paid", "lines.refund_orderline_ids.order_id.state")
    def _compute_fynlo_payment_state(self):
        with_refunds = self._fynlo_with_refunds()
        for order in self:
            order.fynlo_payment_state = order._fynlo_find_payment_state(order in with_refunds)

    def _fynlo_with_refunds(self):
        """Return those of the orders that a line of a refund names; one query for all of them."""
        paid = self.filtered(lambda order: order.state in ("paid", "done") and not order.is_refund)
        refunds = self.env["pos.order.line"]._read_group(
            [("refunded_orderline_id.order_id", "in", paid.ids)], ["refunded_orderline_id"]
        )
        return self.browse({line.order_id.id for (line,) in refunds})

    def _fynlo_find_payment_state(self, has_refunds):
        if self.state not in ("paid", "done"):
            return "unpaid" if self.currency_id.is_zero(self.amount_paid) else "partial"
        if not has_refunds:
            return "paid"
        is_whole = self.fynlo_is_money_back or not self.has_refundable_lines
        return "refunded" if is_whole else "partially_refunded"
