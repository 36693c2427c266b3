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

#: Shelves of a store, the stores that sell from any of them, and the operations of all tills.
_PLACES = """
    WITH shelf AS (
        SELECT below.id
          FROM pos_config store
          JOIN stock_picking_type kind ON kind.id = store.picking_type_id
          JOIN stock_location own ON own.id = kind.default_location_src_id
          JOIN stock_location below ON below.parent_path LIKE own.parent_path || '%%'
         WHERE store.id = %(store_id)s)
    SELECT ARRAY(SELECT id FROM shelf),
           ARRAY(SELECT store.id FROM pos_config store
                   JOIN stock_picking_type kind ON kind.id = store.picking_type_id
                  WHERE kind.default_location_src_id IN (SELECT id FROM shelf)),
           ARRAY(SELECT picking_type_id FROM pos_config WHERE picking_type_id IS NOT NULL)
"""
_LEVELS = f"""
    WITH unposted AS ({_UNPOSTED_ORDERS})
    SELECT product_id, sum(qty) FILTER (WHERE kind = 'on_hand'),
           sum(qty) FILTER (WHERE kind = 'pending'),
           sum(qty) FILTER (WHERE kind = 'reserved'),
           sum(qty) FILTER (WHERE kind = 'expired') FROM (
        SELECT 'on_hand' AS kind, product_id, quantity AS qty
          FROM stock_quant
         WHERE product_id = ANY(%(ids)s) AND location_id = ANY(%(shelves)s)
        UNION ALL
        SELECT 'expired', quant.product_id, GREATEST(quant.quantity - quant.reserved_quantity, 0)
          FROM stock_quant quant
          JOIN product_product variant ON variant.id = quant.product_id
          JOIN product_template template ON template.id = variant.product_tmpl_id
         WHERE quant.product_id = ANY(%(ids)s) AND quant.location_id = ANY(%(shelves)s)
           AND quant.removal_date < %(now)s AND template.use_expiration_date
        UNION ALL
        SELECT 'pending', move.product_id, move.product_qty
          FROM stock_move move
          JOIN stock_picking picking ON picking.id = move.picking_id
         WHERE move.product_id = ANY(%(ids)s) AND move.location_id = ANY(%(shelves)s)
           AND move.state NOT IN ('done', 'cancel')
           AND picking.picking_type_id = ANY(%(kinds)s)
        UNION ALL
        SELECT 'pending', line.product_id, line.qty
          FROM unposted
          JOIN pos_order_line line ON line.order_id = unposted.id
         WHERE line.product_id = ANY(%(ids)s) AND unposted.config_id = ANY(%(stores)s)
           AND line.fynlo_is_scrapped IS NOT TRUE
        UNION ALL
        SELECT 'reserved', part.product_id, part.quantity_product_uom
          FROM stock_move_line part
          LEFT JOIN stock_picking picking ON picking.id = part.picking_id
         WHERE part.product_id = ANY(%(ids)s) AND part.location_id = ANY(%(shelves)s)
           AND part.state IN ('assigned', 'partially_available')
           AND (picking.picking_type_id = ANY(%(kinds)s)) IS NOT TRUE
        UNION ALL
        SELECT 'reserved', line.product_id, line.quantity
          FROM fynlo_stock_reservation held
          JOIN fynlo_stock_reservation_line line ON line.reservation_id = held.id
         WHERE held.used_at IS NULL AND held.expires_at > %(now)s
           AND line.product_id = ANY(%(ids)s) AND held.config_id = ANY(%(stores)s)
        UNION ALL
        SELECT 'reserved', line.product_id, line.qty
          FROM pos_order opened
          JOIN pos_session session ON session.id = opened.session_id
          JOIN pos_order_line line ON line.order_id = opened.id
         WHERE opened.state = 'draft' AND session.state <> 'closed' AND line.qty > 0
           AND line.product_id = ANY(%(ids)s) AND opened.config_id = ANY(%(stores)s)
    ) moved GROUP BY product_id
"""

_FACTS = """
    SELECT variant.id, variant.fynlo_uuid AS uuid, variant.default_code AS sku, variant.barcode,
           COALESCE(template.name ->> %(lang)s, template.name ->> 'en_US') AS name,
           COALESCE(unit.name ->> %(lang)s, unit.name ->> 'en_US') AS unit, template.tracking,
           EXISTS (SELECT FROM product_variant_combination
                   WHERE product_product_id = variant.id) AS is_variant
      FROM product_product variant
      JOIN product_template template ON template.id = variant.product_tmpl_id
      JOIN uom_uom unit ON unit.id = template.uom_id
     WHERE variant.id = ANY(%(ids)s)
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

        Two queries. Exact at once, although stock moves are made later: a sale counts from its
        commit, also when Odoo could not finish its move. Stores that sell from the same shelf
        count together. Products that are not storable have nothing on hand; lots that are past
        their removal date are there and are not sold.

        :param config: the store (one ``pos.config``)
        :return: ``{product id: StockLevel}`` for each of ``self``
        """
        self.env.flush_all()
        [places] = self.env.execute_query(SQL(_PLACES, store_id=config.id))
        values = dict(zip(("shelves", "stores", "kinds"), places, strict=True))
        query = SQL(_LEVELS, now=fields.Datetime.now(), ids=list(self.ids), **values)
        found = {
            product_id: StockLevel(*(float(part or 0) for part in parts))
            for product_id, *parts in self.env.execute_query(query)
        }
        return {product.id: found.get(product.id, StockLevel()) for product in self}

    def _fynlo_stock_facts(self):
        """Return what lists of stock tell of products, one ``dict`` each, in their order.

        Who may see a product may see its unit; the search that has found these products as their
        user was the check. ``name`` is Odoo's display name.
        """
        self.env.flush_all()
        lang = self.env.lang or "en_US"
        self.env.cr.execute(SQL(_FACTS, ids=self.ids, lang=lang))
        rows = {row["id"]: row for row in self.env.cr.dictfetchall()}
        for product in self:
            row = rows[product.id]
            if row["is_variant"]:  # Odoo names its values
                row["name"] = product.display_name
            elif row["sku"]:
                row["name"] = f"[{row['sku']}] {row['name']}"
        return [rows[product.id] for product in self]
