"""Which lots leave a shelf when nobody has named them, and to which one goods come back."""

from dataclasses import dataclass

from odoo import models
from odoo.tools import SQL

POSTING_KEY = "fynlo_posting"


@dataclass(frozen=True)
class Posting:
    """The stock of a session's orders is being moved: told to the moves through the context."""

    session_id: int


def posting_of(env):
    """Return the :class:`Posting` that this environment works on, or ``None``."""
    posting = env.context.get(POSTING_KEY)
    return posting if isinstance(posting, Posting) else None  # no web client can send one


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _prepare_picking_vals(self, *args, **kwargs):
        """Say at once whose goods these are: a refund of the same batch looks for their lots."""
        vals = super()._prepare_picking_vals(*args, **kwargs)
        if posting := posting_of(self.env):
            vals["pos_session_id"] = posting.session_id
        return vals

    def _prepare_stock_move_vals(self, first_line, order_lines):
        """A lot has to be good when the goods were sold, not when their stock is moved."""
        vals = super()._prepare_stock_move_vals(first_line, order_lines)
        if posting_of(self.env):
            vals["date"] = max(order_lines.order_id.mapped("date_order"))
        return vals


class StockMove(models.Model):
    _inherit = "stock.move"

    def _add_mls_related_to_order(self, related_order_lines, are_qties_done=True):
        result = super()._add_mls_related_to_order(related_order_lines, are_qties_done)
        if posting_of(self.env):
            moves = self.filtered(lambda move: move._fynlo_lacks_lots() > 0)
            sold = moves.filtered(lambda move: move.location_id.usage == "internal")
            sold._fynlo_take_lots()
            (moves - sold)._fynlo_return_lots(related_order_lines)
        return result

    def _fynlo_lacks_lots(self):
        """Return how many of one move's goods no lot is known of (float, the product's unit).

        A serial number is that of the very piece that was handed over: nobody can guess it.
        """
        if self.product_id.tracking != "lot":
            return 0.0
        return self.product_uom_qty - self.quantity

    def _fynlo_take_lots(self):
        """Take the lots that Odoo's removal strategy gives, as far as there are good ones.

        What is left has no lot and waits in a transfer of its own.
        """
        self._fynlo_lock_lots()
        for move in self:
            known = move.move_line_ids
            move._update_reserved_quantity(move._fynlo_lacks_lots(), move.location_id, strict=False)
            (move.move_line_ids - known).filtered(lambda line: not line.lot_id).unlink()

    def _fynlo_lock_lots(self):
        """Hold what lies there: Odoo steps around a row that another holds and goes below zero.

        Whoever read it before the other's commit fails here, and is run again.
        """
        query = """SELECT quant.id FROM stock_quant quant
                   JOIN stock_location shelf ON shelf.id = quant.location_id
                   WHERE quant.product_id = ANY(%s) AND shelf.parent_path LIKE %s
                   ORDER BY quant.id FOR NO KEY UPDATE OF quant"""
        self.env.flush_all()
        for location, moves in self.grouped("location_id").items():
            locks = SQL(query, moves.product_id.ids, f"{location.parent_path}%")
            self.env.cr.execute(locks, log_exceptions=False)

    def _fynlo_return_lots(self, lines):
        """Bring goods back to their lots where only one can be meant; the others wait."""
        left = lines._fynlo_returned_lots()
        for move in self:
            for lot in [lot for lot in left if lot.product_id == move.product_id]:
                quantity = min(left[lot], move._fynlo_lacks_lots())
                if move.product_uom.compare(quantity, 0) > 0:
                    vals = move._prepare_move_line_vals(quantity)
                    self.env["stock.move.line"].create({**vals, "lot_id": lot.id})
                    left[lot] -= quantity


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _get_removal_strategy(self, product_id, location_id):
        """What expires leaves by its date, unless its category or its place says otherwise."""
        method = super()._get_removal_strategy(product_id, location_id)
        if method != "fifo" or not posting_of(self.env) or not product_id.use_expiration_date:
            return method
        places = [int(part) for part in location_id.sudo().parent_path.split("/") if part]
        chosen = product_id.sudo().categ_id.removal_strategy_id
        chosen |= self.env["stock.location"].sudo().browse(places).removal_strategy_id
        return method if chosen else "fefo"
