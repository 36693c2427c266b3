from odoo import models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def _fynlo_returned_lots(self):
        """Return how much of which lot comes back with these lines: ``{stock.lot: quantity}``.

        Goods whose lot is not certain, or was named on the line, are not in it.
        """
        found = {}
        for line in self.filtered(lambda each: each.qty < 0 and not each.pack_lot_ids):
            lot = line.product_id.tracking == "lot" and line._fynlo_sold_lot()
            if lot:
                found[lot] = found.get(lot, 0.0) - line.qty
        return found

    def _fynlo_sold_lot(self):
        """Return the one lot that a refunded line can have been, or none.

        It is the lot that was named at the sale, or the only one of the product that left with
        the order, or with its session, where the goods of many orders are moved together.
        """
        origin = self.refunded_orderline_id
        lots = self.env["stock.lot"]
        if not origin:
            return lots
        if names := set(origin.pack_lot_ids.mapped("lot_name")):
            domain = [("product_id", "=", origin.product_id.id), ("name", "in", list(names))]
            found = lots.search([*domain, *lots._check_company_domain(origin.company_id)])
            return found if len(found) == 1 else lots
        moves = origin._fynlo_sold_moves()
        is_certain = moves and all(
            move.state == "done" and all(part.lot_id for part in move.move_line_ids)
            for move in moves
        )
        found = moves.move_line_ids.lot_id
        return found if is_certain and len(found) == 1 else lots

    def _fynlo_sold_moves(self):
        """Return the moves that the goods of this line can have left with."""
        order = self.order_id
        pickings = order.picking_ids or order.session_id.picking_ids
        domain = [("picking_id", "in", pickings.ids), ("product_id", "=", self.product_id.id)]
        domain += [("state", "!=", "cancel"), ("location_id.usage", "=", "internal")]
        return self.env["stock.move"].search(domain)
