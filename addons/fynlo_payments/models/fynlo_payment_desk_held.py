from odoo import api, models

from ..exceptions import AmountTooLargeError


class FynloPaymentDesk(models.AbstractModel):
    """Says which card keeps another one from an order."""

    _inherit = "fynlo.payment.desk"

    @api.model
    def _fynlo_begin(self, command):
        """Prepare a payment of an order; see the method that this extends.

        :raise PaymentUnderWayError: a declined card could still be charged for that sum
        """
        try:
            return super()._fynlo_begin(command)
        except AmountTooLargeError:
            order = self.env["pos.order"]._fynlo_find_order(command.order_id)
            self.env["payment.transaction"]._fynlo_check_no_chargeable(order)
            raise
