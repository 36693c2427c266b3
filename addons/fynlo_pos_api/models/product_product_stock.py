from odoo import models
from odoo.tools import SQL


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _fynlo_available(self, config):
        """Return what a store can sell of each product: on hand minus sold and not yet posted.

        One query. Exact at once, although stock moves are made later: a sale counts from its
        commit. Products that are not storable have nothing on hand.

        :param config: the store (one ``pos.config``)
        :return: ``{product id: quantity}`` (float, in the product's unit) for each of ``self``
        """
        location = config.sudo().picking_type_id.default_location_src_id
        self.env.flush_all()
        query = SQL(
            """SELECT product_id, sum(qty) FROM (
                   SELECT quant.product_id, quant.quantity AS qty
                     FROM stock_quant quant JOIN stock_location place ON place.id = quant.location_id
                    WHERE quant.product_id = ANY(%(ids)s) AND place.parent_path LIKE %(path)s
                   UNION ALL
                   SELECT line.product_id, -line.qty
                     FROM pos_order o
                     JOIN pos_order_line line ON line.order_id = o.id
                     JOIN pos_config store ON store.id = o.config_id
                     JOIN stock_picking_type kind ON kind.id = store.picking_type_id
                     JOIN stock_location place ON place.id = kind.default_location_src_id
                    WHERE o.fynlo_stock_state = 'pending' AND o.state IN ('paid', 'done')
                      AND line.product_id = ANY(%(ids)s) AND place.parent_path LIKE %(path)s
               ) moved GROUP BY product_id""",
            ids=list(self.ids),
            path=f"{location.parent_path}%",
        )
        found = dict(self.env.execute_query(query))
        return {product.id: float(found.get(product.id, 0)) for product in self}
