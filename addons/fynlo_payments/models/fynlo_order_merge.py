from odoo import models


class FynloOrderMerge(models.AbstractModel):
    _inherit = "fynlo.order.merge"

    def _fynlo_bring(self, source, target, reason):
        """Bring the payments over gateways too: what was paid can be given back there alone."""
        super()._fynlo_bring(source, target, reason)
        if not source.fynlo_money_count:  # no gateway has ever heard of it
            return
        target._fynlo_touch_money()
        # Who may merge them need not see payments; both orders are locked.
        payments_sudo = self.env["payment.transaction"].sudo()
        payments_sudo = payments_sudo.search([("fynlo_order_id", "=", source.id)])
        payments_sudo.write({"fynlo_order_id": target.id, "fynlo_share_id": False})
