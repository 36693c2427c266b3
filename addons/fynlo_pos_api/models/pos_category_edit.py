from odoo import api, models
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, InvalidFieldsError
from odoo.tools import SQL

from ..exceptions import CategoryInUseError


class PosCategory(models.Model):
    """Categories are Odoo's and shared by all companies of the database."""

    _inherit = "pos.category"

    @api.model
    def _fynlo_page(self, query):
        """Return ``(categories, total)``: a page in the menu's order.

        :param query: a ``PageQuery``
        """
        offset = (query.page - 1) * query.limit
        return self.search([], limit=query.limit, offset=offset), self.search_count([])

    @api.model
    def _fynlo_create_category(self, command):
        """Make a category; Odoo's own rights decide who may.

        :param command: a ``CategoryCreate``
        :raise IdempotencyConflictError: the id is another category's
        :raise InvalidFieldsError: unknown parent
        """
        query = "SELECT 1 FROM pos_category WHERE fynlo_uuid = %s"
        if self.env.execute_query(SQL(query, str(command.id))):
            raise IdempotencyConflictError()
        vals = {"fynlo_uuid": str(command.id), **self._fynlo_category_values(command)}
        category = self.create({"sequence": command.sequence, "color": command.color, **vals})
        self.env["fynlo.audit"]._fynlo_log("category.create", category)
        return category

    @api.model
    def _fynlo_update_category(self, uuid, command):
        """Change what the command names of a category and return it.

        :param command: a ``CategoryUpdate``
        :raise InvalidFieldsError: unknown parent, or one below itself
        :raise NotFoundError: unknown
        """
        category = self._fynlo_by_uuid(uuid)
        category.write(category._fynlo_category_values(command))
        facts = {"fields": sorted(command.model_fields_set)}
        self.env["fynlo.audit"]._fynlo_log("category.update", category, facts)
        return category

    @api.model
    def _fynlo_remove_category(self, uuid):
        """Remove a category that nothing is in.

        :raise CategoryInUseError: it has products, archived ones too, or categories below it
        :raise NotFoundError: unknown
        """
        category = self._fynlo_by_uuid(uuid)
        category.check_access("unlink")
        # Also what other companies have in it.
        products_sudo = self.env["product.template"].sudo().with_context(active_test=False)
        products = products_sudo.search_count([("pos_categ_ids", "in", category.ids)])
        if products or category.child_ids:
            details = {"products": products, "categories": len(category.child_ids)}
            raise CategoryInUseError(details=details)
        self.env["fynlo.audit"]._fynlo_log("category.remove", category, {"name": category.name})
        category.unlink()

    def _fynlo_category_values(self, command):
        """Return the values of what ``command`` names; ``self`` is the category or empty."""
        named = command.model_fields_set
        vals = {name: getattr(command, name) for name in ("name", "color", "sequence")}
        vals = {name: value for name, value in vals.items() if name in named}
        if "parent_id" in named:
            parent = self._fynlo_resolve(command.parent_id, "parentId")
            if self and self.search_count([("id", "child_of", self.id), ("id", "=", parent.id)]):
                error = {"field": "parentId", "code": "not_allowed"}
                raise InvalidFieldsError(errors=[{**error, "message": "It lies below itself."}])
            vals["parent_id"] = parent.id
        return vals
