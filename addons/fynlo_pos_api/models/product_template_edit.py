from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import (
    IdempotencyConflictError,
    InvalidFieldsError,
    StaleVersionError,
)
from odoo.addons.fynlo_base.server_fields import check_server_fields
from odoo.fields import Command
from odoo.tools import SQL

from ..engine.money import from_minor
from ..engine.product_options import count_variants

#: Field of a body: field of the product.
_PLAIN = {
    "name": "name",
    "sku": "default_code",
    "barcode": "barcode",
    "description": "description_sale",
    "stocked": "is_storable",
    "weighed": "to_weight",
    "favourite": "is_favorite",
    "active": "active",
}
#: What the API shows of a product: a change of it makes another version.
_VERSIONED = frozenset((
    *_PLAIN.values(), "list_price", "pos_categ_ids", "taxes_id", "image_1920", "attribute_line_ids",
))  # fmt: skip


_SERVER_FIELDS = frozenset(("fynlo_version",))


class ProductTemplate(models.Model):
    _inherit = "product.template"

    fynlo_version = fields.Integer("Version", default=1, readonly=True, copy=False)

    def write(self, vals):
        """Count the versions, whoever writes: nobody overwrites what he has not seen."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        if _VERSIONED.isdisjoint(vals) or "fynlo_version" in vals:
            return super().write(vals)
        for version, products in self.grouped("fynlo_version").items():
            super(ProductTemplate, products).write({**vals, "fynlo_version": version + 1})
        return True

    @api.model
    def _fynlo_create_product(self, command):
        """Make a product of the principal's company that its tills sell (one record).

        Odoo's own rights decide who may.

        :param command: a ``ProductCreate``
        :raise ForbiddenError: the user is no manager
        :raise IdempotencyConflictError: the id is another product's
        :raise InvalidFieldsError: unknown categories or taxes, a barcode that is taken
        """
        self.env["res.users"]._fynlo_require("manager")
        query = "SELECT 1 FROM product_template WHERE fynlo_uuid = %s"
        if self.env.execute_query(SQL(query, str(command.id))):
            raise IdempotencyConflictError()
        vals = {
            "fynlo_uuid": str(command.id),
            "company_id": self.env.company.id,
            "available_in_pos": True,
            **self._fynlo_product_values(command),
        }
        product = self.with_context(active_test=False).create(vals)
        product._fynlo_write_options(command)
        product._fynlo_write_variants(command)
        self.env["fynlo.audit"]._fynlo_log("product.create", product)
        return product

    @api.model
    def _fynlo_update_product(self, uuid, command):
        """Change what the command names of a product and return it.

        :param command: a ``ProductUpdate``
        :raise ForbiddenError: the user is no manager
        :raise InvalidFieldsError: unknown categories or taxes, a barcode that is taken
        :raise NotFoundError: unknown or hidden
        :raise StaleVersionError: somebody has changed it since ``version``
        """
        self.env["res.users"]._fynlo_require("manager")
        product = self._fynlo_find_product(uuid)._fynlo_lock_product(command.version)
        named = command.model_fields_set - {"version"}
        # Odoo brings the variants back only if it sees none.
        product.with_context(active_test=True).write(product._fynlo_product_values(command))
        product._fynlo_write_options(command)
        product._fynlo_write_variants(command)
        self.env["fynlo.audit"]._fynlo_log("product.update", product, {"fields": sorted(named)})
        return product

    @api.model
    def _fynlo_archive_product(self, uuid):
        """Archive a product: no till sells it any more; what was sold stays. Once more is the same.

        :raise ForbiddenError: the user is no manager
        :raise NotFoundError: unknown or hidden
        """
        self.env["res.users"]._fynlo_require("manager")
        product = self._fynlo_find_product(uuid)._fynlo_lock_product()
        if product.active:
            product.active = False
            self.env["fynlo.audit"]._fynlo_log("product.archive", product)

    def _fynlo_lock_product(self, version=None):
        self.env.cr.execute(
            SQL("SELECT id FROM product_template WHERE id = %s FOR NO KEY UPDATE", self.id),
            log_exceptions=False,  # the dispatcher runs who met a concurrent change again
        )
        self.invalidate_recordset(["fynlo_version"])
        if version is not None and version != self.fynlo_version:
            raise StaleVersionError(details={"version": self.fynlo_version})
        return self

    def _fynlo_lock_all(self):
        """Lock products until the commit, always in the same order."""
        query = "SELECT id FROM product_template WHERE id IN %s ORDER BY id FOR NO KEY UPDATE"
        self.env.cr.execute(SQL(query, self._ids), log_exceptions=False)
        self.invalidate_recordset()  # what others have committed while this waited

    def _fynlo_product_values(self, command):
        """Return the values of what ``command`` names; ``self`` is the product or empty."""
        named, errors = command.model_fields_set, []
        vals = self._fynlo_plain_values(command)
        if "category_ids" in named:
            found = self._fynlo_resolve_all("pos.category", command, "category_ids", [], errors)
            vals["pos_categ_ids"] = [Command.set(found.ids)]
        if "tax_ids" in named and command.tax_ids is not None:
            sold = [("type_tax_use", "=", "sale"), ("company_id", "=", self.env.company.id)]
            found = self._fynlo_resolve_all("account.tax", command, "tax_ids", sold, errors)
            others = self.taxes_id - self.taxes_id._filter_taxes_by_company(self.env.company)
            vals["taxes_id"] = [Command.set((found | others).ids)]
        errors += self._fynlo_option_errors(command) + self._fynlo_variant_errors(command)
        self._fynlo_check_codes(command, vals, errors)
        if errors:
            raise InvalidFieldsError(errors=errors)
        return vals

    def _fynlo_plain_values(self, command):
        """Return the values of what ``command`` names and no other record knows."""
        named = command.model_fields_set
        vals = {
            field: getattr(command, name) or False
            for name, field in _PLAIN.items()
            if name in named
        }
        if "price" in named:
            vals["list_price"] = from_minor(command.price, self.env.company.currency_id)
        return vals

    def _fynlo_resolve_all(self, model, command, name, domain, errors):
        """Return the records that a list of ids names; note each id that names none."""
        uuids = [str(uuid) for uuid in getattr(command, name)]
        found = self.env[model].search([*domain, ("fynlo_uuid", "in", uuids)])
        known = set(found.mapped("fynlo_uuid"))
        path = type(command).model_fields[name].alias
        for index, uuid in enumerate(uuids):
            if uuid not in known:
                error = {"field": f"{path}.{index}", "code": "unknown_reference"}
                errors.append({**error, "message": "There is no such id."})
        return found

    def _fynlo_check_codes(self, command, vals, errors):
        """Note codes that only variants have, and a barcode that something else has."""
        codes = {name for name in ("sku", "barcode") if _PLAIN[name] in vals}
        if codes and count_variants(self._fynlo_value_names(command)) > 1:
            message = "Each variant has its own."
            errors += [
                {"field": name, "code": "not_allowed", "message": message} for name in sorted(codes)
            ]
        if not vals.get("barcode"):
            return
        if self._fynlo_holders([vals["barcode"]]).product_tmpl_id - self.sudo():
            message = "Another product has this barcode."
            errors.append({"field": "barcode", "code": "not_unique", "message": message})


class ProductProduct(models.Model):
    _inherit = "product.product"

    def write(self, vals):
        """A variant's codes are shown with its product: they make another version of it."""
        result = super().write(vals)
        if {"barcode", "default_code", "active"} & vals.keys():
            for product in self.product_tmpl_id:
                product.sudo().fynlo_version += 1
        return result
