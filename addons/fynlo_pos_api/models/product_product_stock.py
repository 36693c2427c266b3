from odoo import fields, models
from odoo.tools import SQL

from ..engine.stock import StockLevel

#: Orders that are sold and whose stock is not moved yet: those of the API until the background
#: job or the closing posts them, those of the web POS where the company posts at the closing.
_UNPOSTED_ORDERS = """
    SELECT id, config_id FROM pos_order
     WHERE fynlo_stock_state = 'pending' AND state IN ('paid', 'done')
    UNION ALL
    SELECT sold.id, sold.config_id
      FROM pos_session session JOIN pos_order sold ON sold.session_id = session.id
     WHERE session.state <> 'closed' AND session.update_stock_at_closing
       AND sold.fynlo_stock_state IS NULL AND sold.state IN ('paid', 'done')
       AND NOT EXISTS (SELECT FROM stock_picking WHERE pos_order_id = sold.id)
"""


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _fynlo_available(self, config):
        """Return what a store can sell of each product; see :meth:`_fynlo_stock_levels`.

        :return: ``{product id: quantity}`` (float, in the product's unit) for each of ``self``
        """
        levels = self._fynlo_stock_levels(config)
        return {product_id: level.available for product_id, level in levels.items()}

    def _fynlo_stock_levels(self, config):
        """Return the :class:`~..engine.stock.StockLevel` of each product at a store.

        One query. Exact at once, although stock moves are made later: a sale counts from its
        commit, also when Odoo could not finish its move. Stores that sell from the same shelf
        count together. Products that are not storable have nothing on hand.

        :param config: the store (one ``pos.config``)
        :return: ``{product id: StockLevel}`` for each of ``self``
        """
        location = config.sudo().picking_type_id.default_location_src_id
        self.env.flush_all()
        query = SQL(
            """WITH unposted AS (%(unposted)s)
               SELECT product_id, sum(qty) FILTER (WHERE kind = 'on_hand'),
                      sum(qty) FILTER (WHERE kind = 'pending'),
                      sum(qty) FILTER (WHERE kind = 'reserved') FROM (
                   SELECT 'on_hand' AS kind, quant.product_id, quant.quantity AS qty
                     FROM stock_quant quant
                     JOIN stock_location shelf ON shelf.id = quant.location_id
                    WHERE quant.product_id = ANY(%(ids)s) AND shelf.parent_path LIKE %(path)s
                   UNION ALL
                   SELECT 'pending', move.product_id, move.product_qty
                     FROM stock_move move
                     JOIN stock_picking picking ON picking.id = move.picking_id
                     JOIN stock_location shelf ON shelf.id = move.location_id
                    WHERE move.product_id = ANY(%(ids)s) AND shelf.parent_path LIKE %(path)s
                      AND move.state NOT IN ('done', 'cancel')
                      AND EXISTS (SELECT FROM pos_config
                                   WHERE picking_type_id = picking.picking_type_id)
                   UNION ALL
                   SELECT 'pending', line.product_id, line.qty
                     FROM unposted
                     JOIN pos_order_line line ON line.order_id = unposted.id
                     JOIN pos_config store ON store.id = unposted.config_id
                     JOIN stock_picking_type kind ON kind.id = store.picking_type_id
                     JOIN stock_location shelf ON shelf.id = kind.default_location_src_id
                    WHERE line.product_id = ANY(%(ids)s) AND shelf.parent_path LIKE %(path)s
                      AND line.fynlo_is_scrapped IS NOT TRUE
                   UNION ALL
                   SELECT 'reserved', part.product_id, part.quantity_product_uom
                     FROM stock_move_line part
                     JOIN stock_location shelf ON shelf.id = part.location_id
                     LEFT JOIN stock_picking picking ON picking.id = part.picking_id
                    WHERE part.product_id = ANY(%(ids)s) AND shelf.parent_path LIKE %(path)s
                      AND part.state IN ('assigned', 'partially_available')
                      AND NOT EXISTS (SELECT FROM pos_config
                                       WHERE picking_type_id = picking.picking_type_id)
                   UNION ALL
                   SELECT 'reserved', line.product_id, line.quantity
                     FROM fynlo_stock_reservation held
                     JOIN fynlo_stock_reservation_line line ON line.reservation_id = held.id
                     JOIN pos_config store ON store.id = held.config_id
                     JOIN stock_picking_type kind ON kind.id = store.picking_type_id
                     JOIN stock_location shelf ON shelf.id = kind.default_location_src_id
                    WHERE held.used_at IS NULL AND held.expires_at > %(now)s
                      AND line.product_id = ANY(%(ids)s) AND shelf.parent_path LIKE %(path)s
                   UNION ALL
                   SELECT 'reserved', line.product_id, line.qty
                     FROM pos_order opened
                     JOIN pos_session session ON session.id = opened.session_id
                     JOIN pos_order_line line ON line.order_id = opened.id
                     JOIN pos_config store ON store.id = opened.config_id
                     JOIN stock_picking_type kind ON kind.id = store.picking_type_id
                     JOIN stock_location shelf ON shelf.id = kind.default_location_src_id
                    WHERE opened.state = 'draft' AND session.state <> 'closed' AND line.qty > 0
                      AND line.product_id = ANY(%(ids)s) AND shelf.parent_path LIKE %(path)s
               ) moved GROUP BY product_id""",
            now=fields.Datetime.now(),
            unposted=SQL(_UNPOSTED_ORDERS),
            ids=list(self.ids),
            path=f"{location.parent_path}%",
        )
        found = {
            product_id: StockLevel(*(float(part or 0) for part in parts))
            for product_id, *parts in self.env.execute_query(query)
        }
        return {product.id: found.get(product.id, StockLevel()) for product in self}
