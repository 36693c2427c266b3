from odoo import fields, models


class PosPayment(models.Model):
    _inherit = "pos.payment"

    fynlo_reference = fields.Char(
        "Terminal Reference",
        readonly=True,
        copy=False,
        help="Number on the receipt of a card terminal that is not connected to the till. It pays "
        "once in a session: terminals begin their numbers anew.",
    )

    fynlo_change = fields.Monetary(
        "Change Given", readonly=True, copy=False, help="Of what was handed over in this payment."
    )

    _fynlo_reference_unique = models.UniqueIndex(
        "(payment_method_id, session_id, fynlo_reference) WHERE fynlo_reference IS NOT NULL",
        "This terminal receipt has already paid an order.",
    )

    def _fynlo_takes_tip_later(self):
        """Tell whether one payment may bear a tip that the guest writes on his slip."""
        return self.payment_method_id.type == "bank" and not self.is_change
