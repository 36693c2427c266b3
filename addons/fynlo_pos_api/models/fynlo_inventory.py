from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import to_odoo_datetime
from odoo.fields import Domain

from ..engine.search_text import find_patterns
from .stock_move import CONTEXT_KEY, Adjustment


class FynloInventory(models.AbstractModel):
    """Stock of the principal's store: read, corrected through Odoo's own inventory, traced."""

    _name = "fynlo.inventory"
    _description = "Fynlo inventory"

    @api.model
    def _fynlo_page(self, query):
        """Return ``(products, levels, total)``: a page of the variants that are counted.

        :param query: an ``InventoryQuery``
        :return: ``levels`` is ``{product id: StockLevel}``
        """
        self.env.company._fynlo_read_main()
        domain = self._fynlo_counted_domain()
        for pattern in find_patterns(query.query or ""):
            domain &= Domain("product_tmpl_id.fynlo_search", "=like", pattern)
        if query.barcode:
            domain &= Domain("barcode", "=", query.barcode)
        if query.low_stock:
            scarce = self.env["fynlo.stock.threshold"]._fynlo_scarce_products(
                self._fynlo_store_sudo()
            )
            domain &= Domain("id", "in", scarce.ids)
        products, order = self.env["product.product"], "product_tmpl_id, id"
        page = products.search(domain, limit=query.limit, offset=query.offset, order=order)
        levels = page._fynlo_stock_levels(self._fynlo_store_sudo())
        return page, levels, query.find_total(len(page), lambda: products.search_count(domain))

    @api.model
    def _fynlo_adjust(self, command):
        """Correct the stock of the principal's store; Odoo's own rights decide who may.

        Counted is what lies there. What is sold and still in Odoo's stock has been carried out,
        so it is added; a sale that is posted between counting and booking changes nothing.

        :param command: an ``AdjustmentCreate``
        :return: ``(products, levels)``: what was adjusted, and its stock after it
        :raise ForbiddenError: the user is no manager
        :raise InvalidFieldsError: unknown products, products that are not counted; a lot that is
            missing, or named where there are none
        """
        self.env["res.users"]._fynlo_require("manager")
        products = self._fynlo_find_counted(command.lines, with_lots=True)
        store_sudo = self._fynlo_store_sudo()
        touched = self.env["product.product"].union(*products)
        if self._fynlo_is_booked(command):
            return touched, touched._fynlo_stock_levels(store_sudo)
        self._fynlo_post_sold(products, command.lines, store_sudo)
        changes = {}
        for number, (product, line) in enumerate(zip(products, command.lines, strict=True)):
            employee_id = principal_of(self.env).employee_id
            cause = Adjustment(f"{command.id}:{number}", line.reason, command.note, employee_id)
            change = self._fynlo_apply(product, line, cause, store_sudo)
            changes[product.fynlo_uuid] = changes.get(product.fynlo_uuid, 0.0) + change
        facts = {"id": str(command.id), "changes": changes, "note": command.note}
        facts["reasons"] = sorted({line.reason for line in command.lines})
        facts |= _lot_facts(command.lines)
        self.env["fynlo.audit"]._fynlo_log("inventory.adjust", None, facts)
        return touched, touched._fynlo_stock_levels(store_sudo)

    def _fynlo_is_booked(self, command):
        """Tell whether another till, as which this one was paired before, has sent it."""
        keys = [f"{command.id}:{number}" for number in range(len(command.lines))]
        company_id = principal_of(self.env).company_id
        domain = [("company_id", "=", company_id), ("fynlo_adjustment", "in", keys)]
        return bool(self.env["stock.move"].search_count(domain, limit=1))

    @api.model
    def _fynlo_movements(self, query):
        """Return ``(lines, incoming, total)``: what came to and left the store, latest first.

        :param query: a ``MovementQuery``
        :return: ``stock.move.line``, sudoed, and those of them that came
        """
        self.env["res.users"]._fynlo_require("manager")
        shelf = self._fynlo_store_sudo().picking_type_id.default_location_src_id
        here, there = ("location_dest_id", "location_id")
        inside = {name: Domain(name, "child_of", shelf.id) for name in (here, there)}
        domain = Domain("state", "=", "done")
        domain &= (inside[here] & ~inside[there]) | (inside[there] & ~inside[here])
        if query.product:
            product = self.env["product.product"].with_context(active_test=False)
            domain &= Domain("product_id", "=", product._fynlo_resolve(query.product, "product").id)
        if query.from_:
            domain &= Domain("date", ">=", to_odoo_datetime(query.from_))
        if query.to:
            domain &= Domain("date", "<=", to_odoo_datetime(query.to))
        lines, offset = self.env["stock.move.line"], (query.page - 1) * query.limit
        page = lines.search(domain, order="date desc, id desc", limit=query.limit, offset=offset)
        incoming = page.filtered_domain(inside[here])
        # The user may see the lines; they name employees and sessions.
        return page.sudo(), incoming.sudo(), lines.search_count(domain)

    def _fynlo_store_sudo(self):
        """Return the principal's store; its shelf is no secret to those whom the route lets in."""
        return self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)

    def _fynlo_counted_domain(self):
        company_id = principal_of(self.env).company_id
        domain = Domain(self.env["product.product"]._check_company_domain(company_id))
        return domain & Domain("is_storable", "=", True) & Domain("available_in_pos", "=", True)

    @api.model
    def _fynlo_find_counted(self, lines, with_lots=False):
        """Return the product of each line; these are counted.

        :param with_lots: the lines name the lots of what is tracked by them
        :raise InvalidFieldsError: all that is wrong with the lines
        """
        uuids = {str(line.product_id) for line in lines}
        domain = self._fynlo_counted_domain() & Domain("fynlo_uuid", "in", list(uuids))
        found = {each.fynlo_uuid: each for each in self.env["product.product"].search(domain)}
        errors = []
        for index, line in enumerate(lines):
            product = found.get(str(line.product_id))
            if product is None:
                wrong = [("productId", "unknown_reference", "No such product is counted.")]
            else:
                wrong = self._fynlo_lot_errors(product, line) if with_lots else []
            for field, code, message in wrong:
                path = f"lines.{index}.{field}"
                errors.append({"field": path, "code": code, "message": message})
        if errors:
            raise InvalidFieldsError(errors=errors)
        return [found[str(line.product_id)] for line in lines]

    def _fynlo_apply(self, product, line, cause, store_sudo):
        """Book one line by Odoo's inventory and return the change (float)."""
        location = store_sudo.picking_type_id.default_location_src_id.with_env(self.env)
        lot = self._fynlo_lot(product, line, location)
        quants = self.env["stock.quant"].with_context(inventory_mode=True, **{CONTEXT_KEY: cause})
        here = quants._gather(product, location, lot_id=lot, strict=True)
        now = sum(here.filtered(lambda quant: quant.lot_id == lot).mapped("quantity"))
        if line.quantity is not None:
            change = float(line.quantity)
        elif lot:  # what was sold of it has left it: see _fynlo_post_sold
            change = float(line.counted_quantity) - now
        else:
            level = product._fynlo_stock_levels(store_sudo)[product.id]
            change = float(line.counted_quantity) - level.on_shelf
        if not product.uom_id.is_zero(change):
            vals = {"product_id": product.id, "location_id": location.id, "lot_id": lot.id}
            quant = quants.create({**vals, "inventory_quantity": now + change})
            quant.action_apply_inventory()
        return change


def _lot_facts(lines):
    """Return which lots were named, and the dates that they were given, for the audit trail."""
    named = {line.lot: line.expires_at and str(line.expires_at) for line in lines if line.lot}
    return {"lots": named} if named else {}
