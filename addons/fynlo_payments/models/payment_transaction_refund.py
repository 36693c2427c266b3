from odoo import api, models
from odoo.addons.fynlo_base.server_fields import check_server_fields

from .minor_units import MinorUnits

_SERVER_FIELDS = frozenset(("fynlo_refunded_minor",))


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    fynlo_refunded_minor = MinorUnits(
        "Given Back (minor)", readonly=True, copy=False, help="What is being given back included"
    )

    _fynlo_refunded = models.Constraint(
        "CHECK (COALESCE(fynlo_refunded_minor, 0) BETWEEN 0 AND COALESCE(fynlo_captured_minor, 0))",
        "Not more than was taken can go back.",
    )

    def write(self, vals):
        """What has gone back is the server's to count."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        return super().write(vals)

    @api.model
    def _fynlo_refundable_of(self, order):
        """Return the payments of one order, sudoed, of which something may still go back."""
        # Who refunds need not read payments; the order is his store's.
        payments_sudo = self.sudo().search([("fynlo_order_id", "=", order.id)], order="id")
        return payments_sudo.filtered(lambda each: each._fynlo_refundable())

    def _fynlo_refundable(self):
        """Return what may still go back of one payment, sudoed, in minor units."""
        if self.fynlo_state != "succeeded" or not self.fynlo_booked_at:
            return 0
        return self.fynlo_captured_minor - self.fynlo_refunded_minor

    def _fynlo_count_refunded(self):
        """Count what has gone back of one payment, sudoed, or is going back."""
        refunds = self.fynlo_operation_ids.filtered(
            lambda each: (
                each.kind == "refund"
                and each.state not in ("failed", "declined", "canceled")
                and each.refund_id.state != "returned"
            )
        )
        self.fynlo_refunded_minor = sum(refunds.mapped("amount_minor"))

    def _fynlo_book(self):
        """Book refunds of one payment, sudoed, too: who settles its operations calls this."""
        super()._fynlo_book()
        for refund in self.fynlo_operation_ids.refund_id:
            refund._fynlo_book()
