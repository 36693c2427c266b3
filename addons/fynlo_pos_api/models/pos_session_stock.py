import logging

from odoo import api, fields, models
from odoo.addons.fynlo_base.server_mark import SERVER_MARK, is_marked
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .stock_move_lots import POSTING_KEY, Posting

_logger = logging.getLogger(__name__)

#: Orders that one picking per destination takes at most: about a second of work.
BATCH_ORDERS = 500
_EVERY_ORDER = SQL("FOR UPDATE")


class PosSession(models.Model):
    _inherit = "pos.session"

    fynlo_pending_stock_count = fields.Integer(
        "Orders With Stock to Post", compute="_compute_fynlo_pending_stock_count"
    )

    def _compute_fynlo_pending_stock_count(self):
        groups = self.env["pos.order"]._read_group(
            self._fynlo_pending_stock_domain(), ["session_id"], ["__count"]
        )
        counts = {session.id: count for session, count in groups}
        for session in self:
            session.fynlo_pending_stock_count = counts.get(session.id, 0)

    def action_fynlo_pending_orders(self):
        """Button of the session's form: its orders whose stock is not moved yet."""
        return {**self.action_view_order(), "domain": self._fynlo_pending_stock_domain()}

    def _fynlo_pending_stock_domain(self):
        return [
            ("session_id", "in", self.ids),
            ("fynlo_stock_state", "=", "pending"),
            ("state", "in", ("paid", "done")),
        ]

    def _validate_session(self, *args, **kwargs):
        self.sudo()._fynlo_post_stock()
        return super()._validate_session(*args, **kwargs)

    def _create_picking_at_end_of_session(self):
        """Leave out the orders whose stock is moved already."""
        session = self.with_context(fynlo_without_posted_stock=SERVER_MARK)
        return super(PosSession, session)._create_picking_at_end_of_session()

    def _get_closed_orders(self):
        orders = super()._get_closed_orders()
        if is_marked(self.env, "fynlo_without_posted_stock"):
            orders = orders.filtered(lambda order: not order.fynlo_stock_state)
        return orders

    @api.model
    def _fynlo_cron_post_stock(self):
        """Move the stock of what was sold since the last run, one batch in one transaction."""
        for session_id in self._fynlo_sessions_to_post():
            while posted := self.browse(session_id)._fynlo_try_posting():
                if not self.env["ir.cron"]._commit_progress(posted):
                    return

    def _fynlo_try_posting(self):
        """Post a batch of the session; return how many orders, 0 if it has to wait."""
        try:
            posted = self._fynlo_post_stock_batch()
            self.env.cr.flush()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Another sale or a count of the same goods came between: the next run takes it.
            self.env.cr.rollback()
            return 0
        except UserError as error:
            # The closing will say so too; the other sessions shall not wait for it.
            self.env.cr.rollback()
            _logger.warning("Stock of session %s is not posted: %s", self.id, error)
            return 0
        return posted

    def _fynlo_sessions_to_post(self):
        """Return the ids of the sessions with stock to post; a closing one posts its own."""
        query = """SELECT DISTINCT s.id FROM pos_order o JOIN pos_session s ON s.id = o.session_id
                   WHERE o.fynlo_stock_state = 'pending' AND o.state IN ('paid', 'done')
                     AND s.state <> 'closing_control' ORDER BY s.id"""
        return [session_id for (session_id,) in self.env.execute_query(SQL(query))]

    def _fynlo_post_stock_batch(self):
        """Post up to ``BATCH_ORDERS`` orders that nobody else works on; return how many.

        The session is locked before its orders, as the closing does, so that the two can never
        wait for each other.
        """
        query = "SELECT id FROM pos_session WHERE id = %s FOR SHARE SKIP LOCKED"
        if not self._fynlo_lock(SQL(query, self.id)):
            return 0
        return self._fynlo_post_stock(SQL("LIMIT %s FOR UPDATE SKIP LOCKED", BATCH_ORDERS))

    def _fynlo_post_stock(self, lock=_EVERY_ORDER):
        """Move the stock of the session's pending orders, one picking per destination.

        An order is moved once: its row is locked, and its state changes with the picking.

        :param lock: end of the query that picks the orders
        :return: number of orders posted
        """
        self.ensure_one()
        query = """SELECT id FROM pos_order
                   WHERE session_id = %s AND fynlo_stock_state = 'pending'
                     AND state IN ('paid', 'done') ORDER BY id %s"""
        self.env.flush_all()
        session = self.with_company(self.company_id)
        orders = session.env["pos.order"].browse(self._fynlo_lock(SQL(query, self.id, lock)))
        for destination, group in orders.grouped(session._fynlo_stock_destination).items():
            session._fynlo_move_goods(destination, group)
        orders._fynlo_own_write().fynlo_stock_state = "posted"
        return len(orders)

    def _fynlo_stock_destination(self, order):
        """Return the location that an order's goods go to, as Odoo's closing picks it."""
        return (
            order.partner_id.property_stock_customer
            or self.config_id.picking_type_id.default_location_dest_id
            or self.env["stock.warehouse"]._get_partner_locations()[0]
        )

    def _fynlo_move_goods(self, destination, orders):
        moving = self.env["stock.picking"].with_context(**{POSTING_KEY: Posting(self.id)})
        pickings = moving._create_picking_from_pos_order_lines(
            destination.id, orders.lines, self.config_id.picking_type_id
        ).with_env(self.env)
        # What Odoo could not move, as goods of which no good lot is left, waits in a picking.
        pickings |= pickings.backorder_ids
        pickings.write({"pos_session_id": self.id, "origin": self.name})
        if waiting := pickings.filtered(lambda each: each.state not in ("done", "cancel")):
            _logger.warning("Stock of %s waits in %s.", self.name, waiting.mapped("name"))
        orders.lines._compute_total_cost(pickings.move_ids)
        self._fynlo_scrap_goods(orders.lines.filtered("fynlo_is_scrapped"))

    def _fynlo_scrap_goods(self, lines):
        """Throw away what came back; the goods whose lot is not certain wait in a draft."""
        picking_type = self.config_id.picking_type_id
        returns = picking_type.return_picking_type_id
        shelf = returns.default_location_dest_id or picking_type.default_location_src_id
        lots = self.env["stock.lot"]
        scraps = self.env["stock.scrap"].create(
            [
                {
                    "product_id": line.product_id.id,
                    "scrap_qty": -line.qty,
                    "product_uom_id": line.product_uom_id.id,
                    "location_id": shelf.id,
                    "company_id": self.company_id.id,
                    "origin": line.order_id.pos_reference,
                    "lot_id": next(iter(line._fynlo_returned_lots()), lots).id,
                }
                for line in lines
                if line.product_id.type == "consu" and line.qty < 0
            ]
        )
        scraps.filtered(lambda each: each.lot_id or each.product_id.tracking == "none").do_scrap()
