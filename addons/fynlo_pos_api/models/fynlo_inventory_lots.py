from odoo import models
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime


class FynloInventory(models.AbstractModel):
    """Corrections that name lots."""

    _inherit = "fynlo.inventory"

    def _fynlo_lot_errors(self, product, line):
        """Return what is wrong with the lot of a line as ``[(field, code, message)]``."""
        errors = []
        if product.tracking == "none" and line.lot is not None:
            errors.append(("lot", "not_allowed", "This product is not tracked by lots."))
        elif product.tracking != "none" and line.lot is None:
            errors.append(("lot", "required", "Name the lot: this product is tracked by them."))
        if line.expires_at and not product.use_expiration_date:
            errors.append(("expiresAt", "not_allowed", "Lots of this product do not expire."))
        return errors

    def _fynlo_post_sold(self, products, lines, store_sudo):
        """Move what is sold of goods whose lots are counted: only then it is known of which."""
        counted_ids = [
            product.id
            for product, line in zip(products, lines, strict=True)
            if line.lot is not None and line.counted_quantity is not None
        ]
        if not counted_ids:
            return
        shelf = store_sudo.picking_type_id.default_location_src_id
        # The caller may correct the stock: what was sold from it may belong to another store.
        orders_sudo = self.env["pos.order"].sudo().search([
            ("fynlo_stock_state", "=", "pending"), ("state", "in", ("paid", "done")),
            ("lines.product_id", "in", counted_ids),
            ("config_id.picking_type_id.default_location_src_id", "=", shelf.id),
        ])  # fmt: skip
        for session_sudo in orders_sudo.session_id:
            while session_sudo._fynlo_post_stock_batch():
                pass

    def _fynlo_lot(self, product, line, location):
        """Return the lot of a line with the date that it names; empty if it names none.

        A lot that is not there yet is made, once: who makes one passes the gate of the shelf.
        """
        lots = self.env["stock.lot"]
        if line.lot is None:
            return lots
        company = self.env.company
        domain = [("product_id", "=", product.id), ("name", "=", line.lot)]
        lot = lots.search([*domain, *lots._check_company_domain(company)], limit=1)
        expires_at = line.expires_at and to_odoo_datetime(line.expires_at)
        if not lot:
            self.env["fynlo.stock.gate"]._fynlo_take_turn(location, product)
            vals = {"product_id": product.id, "name": line.lot, "company_id": company.id}
            lot = lots.create({**vals, "expiration_date": expires_at} if expires_at else vals)
        elif expires_at and lot.expiration_date != expires_at:
            self._fynlo_redate(lot, expires_at)
        return lot

    def _fynlo_redate(self, lot, expires_at):
        """Move a lot's date and, as Odoo's form does, those that hang on it."""
        vals = {"expiration_date": expires_at}
        if lot.expiration_date:
            names = ("use_date", "removal_date", "alert_date")
            shift = expires_at - lot.expiration_date
            vals |= {name: lot[name] + shift for name in names if lot[name]}
        lot.write(vals)
