from odoo import api, models
from odoo.addons.fynlo_pos_api.exceptions import OverpaidError


class FynloOrderPayment(models.AbstractModel):
    """Says which card keeps other money from an order."""

    _inherit = "fynlo.order.payment"

    @api.model
    def _fynlo_pay_order(self, uuid, command):
        """Take one payment; see the method that this extends.

        :raise PaymentUnderWayError: a declined card could still be charged for that sum
        """
        try:
            return super()._fynlo_pay_order(uuid, command)
        except OverpaidError:
            order = self.env["pos.order"]._fynlo_find_order(uuid)
            self.env["payment.transaction"]._fynlo_check_no_chargeable(order)
            raise
