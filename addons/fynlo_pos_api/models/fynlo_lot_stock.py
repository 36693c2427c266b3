from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.search_text import find_patterns

ALERTS = [
    ("none", "Good"),
    ("soon", "Expires Soon"),
    ("remove", "To Be Removed"),
    ("expired", "Expired"),
]
#: What no till may be given any more.
OVER = ("remove", "expired")
_SORT_FIELDS = {"expiresAt": "expires_at", "name": "lot_name", "quantity": "quantity"}
#: A store in the upper half of the id, a stock row in the lower: both are 32 bits wide.
_ROWS = """
    SELECT store.id * 4294967296 + min(quant.id) AS id, store.id AS config_id, store.company_id,
           quant.location_id, quant.product_id, quant.lot_id, lot.name AS lot_name,
           sum(quant.quantity) AS quantity, sum(quant.reserved_quantity) AS reserved,
           CASE WHEN template.use_expiration_date THEN lot.expiration_date END AS expires_at,
           CASE WHEN template.use_expiration_date THEN lot.removal_date END AS remove_at,
           CASE WHEN template.use_expiration_date IS NOT TRUE THEN 'none'
                WHEN lot.expiration_date <= %(now)s THEN 'expired'
                WHEN lot.removal_date <= %(now)s THEN 'remove'
                WHEN lot.alert_date <= %(now)s THEN 'soon'
                ELSE 'none' END AS alert
      FROM pos_config store
      JOIN stock_picking_type kind ON kind.id = store.picking_type_id
      JOIN stock_location shelf ON shelf.id = kind.default_location_src_id
      JOIN stock_location place ON place.parent_path LIKE shelf.parent_path || '%%'
      JOIN stock_quant quant ON quant.location_id = place.id AND quant.quantity <> 0
      JOIN stock_lot lot ON lot.id = quant.lot_id
      JOIN product_product variant ON variant.id = quant.product_id
      JOIN product_template template ON template.id = variant.product_tmpl_id
     WHERE store.active
  GROUP BY store.id, quant.location_id, quant.product_id, quant.lot_id, lot.id, template.id
    HAVING sum(quant.quantity) > 0
"""


class FynloLotStock(models.Model):
    """What lies of which lot on the shelf of a store. Read only; two stores may share a shelf."""

    _name = "fynlo.lot.stock"
    _description = "Lots in stock"
    _auto = False
    _order = "expires_at, id"
    _rec_name = "lot_name"
    _depends = {
        "pos.config": ["active", "company_id", "picking_type_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["use_expiration_date"],
        "stock.location": ["parent_path"],
        "stock.lot": ["name", "expiration_date", "removal_date", "alert_date"],
        "stock.picking.type": ["default_location_src_id"],
        "stock.quant": ["location_id", "lot_id", "product_id", "quantity", "reserved_quantity"],
    }

    config_id = fields.Many2one("pos.config", "Store", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    location_id = fields.Many2one("stock.location", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    uom_name = fields.Char("Unit", related="product_id.uom_id.name")
    lot_id = fields.Many2one("stock.lot", "Lot Record", readonly=True)
    lot_name = fields.Char("Lot", readonly=True)
    quantity = fields.Float(readonly=True, digits="Product Unit")
    reserved = fields.Float(readonly=True, digits="Product Unit")
    expires_at = fields.Datetime("Expires", readonly=True)
    remove_at = fields.Datetime(
        "Remove By", readonly=True, help="From then on no sale takes it by itself."
    )
    alert = fields.Selection(ALERTS, readonly=True)

    @property
    def _table_query(self):
        return SQL(_ROWS, now=fields.Datetime.now())

    @api.model
    def _fynlo_page(self, query):
        """Return ``(rows, total)``: a page of the lots on the shelf of the principal's store.

        :param query: a ``LotQuery``
        """
        domain = Domain("config_id", "=", principal_of(self.env).store_id)
        for pattern in find_patterns(query.query or ""):
            domain &= Domain("product_id.product_tmpl_id.fynlo_search", "=like", pattern)
        if query.product:
            product = self.env["product.product"].with_context(active_test=False)
            domain &= Domain("product_id", "=", product._fynlo_resolve(query.product, "product").id)
        if query.expired is not None:
            domain &= Domain("alert", "in" if query.expired else "not in", OVER)
        if query.expiring_within_days is not None:
            end = fields.Datetime.now() + timedelta(days=query.expiring_within_days)
            domain &= Domain("expires_at", "<=", end)
        direction = query.sort_order
        order = f"{_SORT_FIELDS[query.sort_by]} {direction} NULLS LAST, id {direction}"
        offset = (query.page - 1) * query.limit
        page = self.search(domain, order=order, limit=query.limit, offset=offset)
        return page, self.search_count(domain)

    def action_fynlo_open_lot(self):
        """Button of the list: the lot with its dates, where they are corrected."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.lot",
            "res_id": self.lot_id.id,
            "views": [(False, "form")],
            "name": self.lot_name,
        }
