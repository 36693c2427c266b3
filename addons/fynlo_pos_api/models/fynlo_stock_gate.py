from odoo import api, fields, models
from odoo.tools import SQL

from ..exceptions import OutOfStockError


class FynloStockGate(models.Model):
    """One row per shelf and product that strict stores sell from: they pass one after the other.

    Who passes changes the row. Another who read the stock before that commit cannot change it any
    more; the dispatcher runs him again, and he sees what is left.
    """

    _name = "fynlo.stock.gate"
    _description = "Turn at a shelf"
    _log_access = False

    location_id = fields.Many2one(
        "stock.location", required=True, readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="cascade"
    )
    turn = fields.Integer(readonly=True)

    _place_unique = models.UniqueIndex("(location_id, product_id)")

    @api.model
    def _fynlo_pass_sale(self, command, cart, store, is_late):
        """Let a sale pass; in a store that is not strict it always does, without a query.

        :param cart: the ``PricedCart`` of an ``OrderCreate``
        :param is_late: the goods have been handed over while the till was offline
        :raise OutOfStockError: the store has not got so many
        """
        if command.reservation_id:
            self.env["fynlo.stock.reservation"]._fynlo_use(command.reservation_id, store)
        if cart.book.is_strict and not is_late:
            self._fynlo_pass(store, _quantities(cart.lines))

    @api.model
    def _fynlo_pass_edit(self, order, cart):
        """Let what is added to an open order pass; what it has is set aside for it.

        :raise OutOfStockError: the store has not got so many more
        """
        if not cart.book.is_strict:
            return
        wanted = _quantities(cart.lines)
        for line in order.lines:
            wanted[line.product_id.id] = wanted.get(line.product_id.id, 0.0) - line.qty
        self._fynlo_pass(order.config_id, wanted)

    @api.model
    def _fynlo_pass(self, store, wanted):
        """Take a turn for every product that is counted, if there is enough of it.

        :param store: one ``pos.config``
        :param wanted: quantity by product id; what is not above zero passes
        :raise OutOfStockError: there is not
        """
        query = """SELECT variant.id FROM product_product variant
                   JOIN product_template template ON template.id = variant.product_tmpl_id
                   WHERE variant.id = ANY(%s) AND template.is_storable ORDER BY variant.id"""
        ids = [product_id for product_id, quantity in wanted.items() if quantity > 0]
        rows = self.env.execute_query(SQL(query, ids))
        products = self.env["product.product"].browse([row[0] for row in rows])
        if not products:
            return
        levels = products._fynlo_stock_levels(store)
        short = [
            {"productId": product.fynlo_uuid, "available": max(level.available, 0.0)}
            for product in products
            if (level := levels[product.id]).available < wanted[product.id] - 1e-6
        ]
        if short:
            raise OutOfStockError(details={"products": short})
        self._fynlo_take_turn(store.sudo().picking_type_id.default_location_src_id, products)

    def _fynlo_take_turn(self, location, products):
        """In the order of the ids, so that two carts never wait for each other."""
        query = SQL(
            """INSERT INTO fynlo_stock_gate (location_id, product_id, turn)
               SELECT %s, product_id, 1 FROM unnest(%s) AS product_id ORDER BY product_id
               ON CONFLICT (location_id, product_id)
               DO UPDATE SET turn = (fynlo_stock_gate.turn + 1) %% 1000000""",
            location.id,
            products.ids,
        )
        self.env.cr.execute(query, log_exceptions=False)


def _quantities(lines):
    """Return the quantity of each product id in priced lines."""
    wanted = {}
    for line in lines:
        wanted[line.product.id] = wanted.get(line.product.id, 0.0) + line.quantity
    return wanted
