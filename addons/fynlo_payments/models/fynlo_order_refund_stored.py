from odoo import models
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from odoo.addons.fynlo_pos_api.exceptions import RefundTooLargeError


class FynloOrderRefund(models.AbstractModel):
    """Money of gift cards and eWallets goes back to them, and goes first."""

    _inherit = "fynlo.order.refund"

    def _fynlo_settle(self, order, command, amount, left, session):
        """Check, before any gateway is asked, that cards get no more than they gave.

        :raise RefundTooLargeError: they would
        """
        settlement = super()._fynlo_settle(order, command, amount, left, session)
        methods = self.env["pos.payment.method"]
        stored_ids = methods._fynlo_stored_ids()
        wanted = {}
        for tender in settlement.tenders:
            if tender.method.id in stored_ids:
                minor = -to_minor(tender.amount, order.currency_id)
                wanted[tender.method.id] = wanted.get(tender.method.id, 0) + minor
        for method_id, minor in wanted.items():
            cards_left = sum(order._fynlo_card_left(methods.browse(method_id)).values())
            if minor > cards_left:
                raise RefundTooLargeError(details={"refundable": cards_left})
        return settlement


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _fynlo_paid_by_method(self):
        """Put gift cards and eWallets first: they get their money back before cards and cash."""
        paid = super()._fynlo_paid_by_method()
        stored_ids = self.env["pos.payment.method"]._fynlo_stored_ids()
        if not stored_ids:
            return paid
        return dict(sorted(paid.items(), key=lambda item: item[0].id not in stored_ids))
