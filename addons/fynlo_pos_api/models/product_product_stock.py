from odoo import models
from odoo.tools import SQL

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
        """Return what a store can sell of each product: on hand minus sold and not yet posted.

        One query. Exact at once, although stock moves are made later: a sale counts from its
        commit, also when Odoo could not finish its move. Stores that sell from the same shelf
        count together. Products that are not storable have nothing on hand.

        :param config: the store (one ``pos.config``)
        :return: ``{product id: quantity}`` (float, in the product's unit) for each of ``self``
        """
        location = config.sudo().picking_type_id.default_location_src_id
        self.env.flush_all()
        query = SQL(
            """WITH unposted AS (%(unposted)s)
               SELECT product_id, sum(qty) FROM (
                   SELECT quant.product_id, quant.quantity AS qty
                     FROM stock_quant quant
                     JOIN stock_location shelf ON shelf.id = quant.location_id
                    WHERE quant.product_id = ANY(%(ids)s) AND shelf.parent_path LIKE %(path)s
                   UNION ALL
                   SELECT move.product_id, -move.product_qty
                     FROM stock_move move
                     JOIN stock_picking picking ON picking.id = move.picking_id
                     JOIN stock_location shelf ON shelf.id = move.location_id
                    WHERE move.product_id = ANY(%(ids)s) AND shelf.parent_path LIKE %(path)s
                      AND move.state NOT IN ('done', 'cancel')
                      AND EXISTS (SELECT FROM pos_config
                                   WHERE picking_type_id = picking.picking_type_id)
                   UNION ALL
                   SELECT line.product_id, -line.qty
                     FROM unposted
                     JOIN pos_order_line line ON line.order_id = unposted.id
                     JOIN pos_config store ON store.id = unposted.config_id
                     JOIN stock_picking_type kind ON kind.id = store.picking_type_id
                     JOIN stock_location shelf ON shelf.id = kind.default_location_src_id
                    WHERE line.product_id = ANY(%(ids)s) AND shelf.parent_path LIKE %(path)s
                      AND line.fynlo_is_scrapped IS NOT TRUE
               ) moved GROUP BY product_id""",
            unposted=SQL(_UNPOSTED_ORDERS),
            ids=list(self.ids),
            path=f"{location.parent_path}%",
        )
        found = dict(self.env.execute_query(query))
        return {product.id: float(found.get(product.id, 0)) for product in self}
