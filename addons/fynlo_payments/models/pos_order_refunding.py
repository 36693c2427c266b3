from odoo import models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _fynlo_check_nothing_held(self):
        """Keep an open order from being over while money of it goes back, too.

        :raise PaymentBusyError: a refund is under way
        """
        super()._fynlo_check_nothing_held()
        if self.fynlo_money_count:  # an order that no gateway knows has none
            self.env["fynlo.payment.refund"]._fynlo_check_none_open(self)
