"""Variants of a product and what is each one's own, as the API writes them."""

from odoo import models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError

from ..engine.product_options import find_repeated, is_combination

#: Field of a body: field of the variant.
_OWN = {"sku": "default_code", "barcode": "barcode", "active": "active"}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _fynlo_own_variants(self):
        """Return the variants that one product's attributes make now, also archived ones.

        Odoo keeps archived variants of attributes that are gone as well, for what was sold.
        """
        count, by_values = len(self._fynlo_lines("attributes")), {}
        variants = self.with_context(active_test=False).product_variant_ids
        # Of those with the same values the one that Odoo would bring back.
        for variant in variants.sorted(lambda each: (each.active, -each.id)):
            values = variant.product_template_attribute_value_ids
            if len(values) == len(values._only_active()) == count:
                by_values[values] = variant
        own_ids = {variant.id for variant in by_values.values()}
        return variants.filtered(lambda each: each.id in own_ids)

    def _fynlo_index_variants(self):
        """Return the own variants by each key that an item of a body can mean one by."""
        index = {}
        for variant in self._fynlo_own_variants():
            index[variant.fynlo_uuid] = variant
            for values in (
                variant.product_template_attribute_value_ids,
                variant.product_template_variant_value_ids,
            ):
                index.setdefault(tuple(values.mapped("name")), variant)
        return index

    def _fynlo_variant_errors(self, command):
        """Return all that is wrong with the variants of ``command``."""
        errors, named = [], command.variants or []
        if not named:
            return errors
        known, attributes = self._fynlo_index_variants(), self._fynlo_value_names(command)
        for index, item in enumerate(named):
            if item.id and _key(item) not in known:
                errors.append((f"variants.{index}.id", "unknown_reference", "There is no such id."))
            elif not item.id and not is_combination(item.values, attributes):
                message = "Name a value of each attribute, in their order."
                errors.append((f"variants.{index}.values", "unknown_reference", message))
        for position in find_repeated([_key(item) for item in named]):
            errors.append((f"variants.{position}", "repeated", "It is there twice."))
        errors += self._fynlo_barcode_errors(named, known)
        names = ("field", "code", "message")
        return [dict(zip(names, error, strict=True)) for error in errors]

    def _fynlo_barcode_errors(self, named, known):
        """Return the barcodes that stand twice in a body, or that something else has."""
        places = {
            index: item.barcode
            for index, item in enumerate(named)
            if "barcode" in item.model_fields_set
        }
        wanted = {index: barcode for index, barcode in places.items() if barcode}
        indexes = list(wanted)
        wrong = {indexes[each] for each in find_repeated([wanted[index] for index in indexes])}
        # Those of the product that are given another one in the same body let theirs go.
        none = self.env["product.product"]
        changed = none.union(*[known.get(_key(named[index]), none) for index in places])
        taken = set((self._fynlo_holders(list(wanted.values())) - changed).mapped("barcode"))
        wrong |= {index for index, barcode in wanted.items() if barcode in taken}
        message = "Another product has this barcode."
        return [(f"variants.{index}.barcode", "not_unique", message) for index in sorted(wrong)]

    def _fynlo_holders(self, barcodes):
        """Return the variants that have one of the barcodes in the company, sudoed."""
        # Odoo looks across what the user may not see as well; a foreign company's may be equal.
        variants_sudo = self.env["product.product"].sudo().with_context(active_test=True)
        if not barcodes:
            return variants_sudo
        domain = variants_sudo._check_company_domain(self.env.company)
        return variants_sudo.search([*domain, ("barcode", "in", barcodes)])

    def _fynlo_write_variants(self, command):
        """Write what ``command`` says of the variants of one product; it was checked.

        :raise InvalidFieldsError: a variant went away with its attribute, or none would be left
        """
        if not command.variants:
            return
        changes = self._fynlo_variant_changes(command.variants)
        for variant, vals in changes:  # two may change theirs for each other's
            if "barcode" in vals and variant.barcode:
                variant.barcode = False
        for variant, vals in changes:
            variant.write(vals)
        if self.active and not self._fynlo_own_variants().filtered("active"):
            _refuse("variants", "last_variant", "Archive the product instead.")

    def _fynlo_variant_changes(self, items):
        """Return ``[(variant, values)]`` of what the items of a body would change."""
        known, changes = self._fynlo_index_variants(), []
        for index, item in enumerate(items):
            variant = known.get(_key(item))
            if variant is None:
                _refuse(f"variants.{index}", "unknown_reference", "There is no such variant.")
            given = item.model_fields_set & _OWN.keys()
            vals = {_OWN[name]: getattr(item, name) or False for name in given}
            vals = {name: value for name, value in vals.items() if variant[name] != value}
            if vals:
                changes.append((variant, vals))
        return changes


def _key(item):
    return str(item.id) if item.id else tuple(item.values)


def _refuse(field, code, message):
    raise InvalidFieldsError(errors=[{"field": field, "code": code, "message": message}])
