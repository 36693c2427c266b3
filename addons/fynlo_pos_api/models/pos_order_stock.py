from odoo import api, fields, models
from odoo.addons.fynlo_base.server_mark import is_marked
from odoo.exceptions import AccessError

from .stock_move_lots import POSTING_KEY, Posting


class PosOrder(models.Model):
    _inherit = "pos.order"

    fynlo_stock_state = fields.Selection(
        [("pending", "To be posted"), ("posted", "Posted")],
        "Stock by Fynlo",
        readonly=True,
        copy=False,
        help="Orders of the API move their stock in the background, many at a time. "
        "Empty: Odoo moves it, at the sale or when the session closes.",
    )

    _fynlo_stock_pending_idx = models.Index("(session_id, id) WHERE fynlo_stock_state = 'pending'")
    _fynlo_open_idx = models.Index("(session_id) WHERE state = 'draft'")

    @api.model_create_multi
    def create(self, vals_list):
        """Hold the session open until this transaction ends, whoever creates the order.

        Stock that was posted before its order was sold would never be moved.
        """
        if any(vals.get("fynlo_stock_state") == "posted" for vals in vals_list):
            raise AccessError(self.env._("Only the server posts stock."))
        if not is_marked(self.env, "fynlo_session_held"):
            session_ids = {vals.get("session_id") for vals in vals_list} - {None, False}
            self.env["pos.session"].browse(session_ids)._fynlo_hold_open()
        return super().create(vals_list)

    def _should_create_picking_real_time(self):
        return super()._should_create_picking_real_time() and not self._fynlo_defers_stock()

    def _create_order_picking(self):
        """Odoo moves at once what cannot wait: deliveries, and costs that an invoice books."""
        if self.fynlo_stock_state == "posted":
            return None
        if self.fynlo_stock_state != "pending" or self._fynlo_defers_stock():
            return super()._create_order_picking()
        self._fynlo_own_write().fynlo_stock_state = False
        order = self.with_context(**{POSTING_KEY: Posting(self.session_id.id)})
        result = super(PosOrder, order)._create_order_picking()
        # That these goods are thrown away was decided with the refund, whoever invoices it.
        scrapped_sudo = self.sudo().lines.filtered("fynlo_is_scrapped")
        self.sudo().session_id._fynlo_scrap_goods(scrapped_sudo)
        return result

    def _fynlo_defers_stock(self):
        """Tell whether the stock of this one order is moved in the background."""
        needs_costs_now = self.company_id.anglo_saxon_accounting and self.to_invoice
        return bool(self.fynlo_stock_state) and not self.shipping_date and not needs_costs_now

    def _generate_pos_order_invoice(self):
        """Move the stock of an order that is invoiced later on its own: the invoice books it."""
        for order in self.filtered(lambda each: each.fynlo_stock_state == "pending"):
            order._create_order_picking()
        return super()._generate_pos_order_invoice()
