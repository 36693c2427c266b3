from dataclasses import replace

from odoo import models

from .fynlo_fraud_review import DENIED


class FynloPaymentTender(models.Model):
    _inherit = "fynlo.payment.tender"

    def _fynlo_leg(self, kind):
        """Give up a card that was denied when the gateway had told which one it is."""
        leg = super()._fynlo_leg(kind)
        if (
            kind == "capture"
            and leg.state == "authorized"
            and self.transaction_id._fynlo_is_denied()
        ):
            return replace(leg, state="declined")
        return leg


class FynloPaymentSplit(models.Model):
    """Several tenders are captured at once: a review holds none of them, a denial gives all up."""

    _inherit = "fynlo.payment.split"

    def _fynlo_fail(self, card, code=None):
        """Name the denial; why it was denied is the managers' business."""
        if card.transaction_id._fynlo_is_denied():
            code = code or DENIED
        super()._fynlo_fail(card, code)
