"""Attributes and choices of a product, as the API writes them."""

from dataclasses import dataclass

from odoo import models
from odoo.fields import Command

from ..engine.money import from_minor
from ..engine.product_options import VARIANTS_LIMIT, count_variants, find_repeated

#: List in a body: what its items call their values.
GROUPS = {"attributes": "values", "choices": "modifiers"}


@dataclass(frozen=True)
class Wanted:
    """One item of a body, and the line and values of the product that it means, if any.

    :ivar path: where it stands in the body
    :ivar options: ``[(product.template.attribute.value, item)]``
    """

    group: str
    path: str
    item: object
    line: object
    options: list

    @property
    def mode(self):
        """Odoo's word for whether it makes variants."""
        return "always" if self.group == "attributes" else "no_variant"

    @property
    def is_multiple(self):
        """Whether a guest may choose several."""
        return getattr(self.item, "multiple", False)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _fynlo_lines(self, group):
        """Return the lines of ``attributes`` or of ``choices``, without archived ones."""
        lines = self.with_context(active_test=True).attribute_line_ids
        makes_variants = lines._without_no_variant_attributes()
        return makes_variants if group == "attributes" else lines - makes_variants

    def _fynlo_plan_options(self, command):
        """Return a :class:`Wanted` for each attribute and choice that ``command`` names."""
        plan = []
        for group in [name for name in GROUPS if name in command.model_fields_set]:
            lines = self._fynlo_lines(group)
            for index, item in enumerate(getattr(command, group)):
                line = _match(lines, item, lambda each: each.attribute_id.name)
                values = line.product_template_value_ids._only_active()
                options = [
                    (_match(values, option, lambda each: each.name), option)
                    for option in getattr(item, GROUPS[group])
                ]
                plan.append(Wanted(group, f"{group}.{index}", item, line, options))
        return plan

    def _fynlo_option_errors(self, command):
        """Return all that is wrong with the attributes and choices of ``command``."""
        plan, errors = self._fynlo_plan_options(command), []
        if not plan:
            return errors
        for wanted in plan:
            errors += self._fynlo_line_errors(wanted) + self._fynlo_value_errors(wanted)
        for group in GROUPS:
            found = [wanted for wanted in plan if wanted.group == group]
            for position in find_repeated([wanted.item.name for wanted in found]):
                errors.append(_error(f"{group}.{position}.name", "repeated", "It is there twice."))
        if self.type == "combo":
            errors.append(_error(plan[0].group, "not_allowed", "A combo asks for its parts only."))
        if count_variants(self._fynlo_value_names(command)) > VARIANTS_LIMIT:
            message = f"A product has at most {VARIANTS_LIMIT} variants."
            errors.append(_error("attributes", "too_many", message))
        return errors

    def _fynlo_value_names(self, command):
        """Return the names of the values of each attribute, after ``command``."""
        if "attributes" in command.model_fields_set:
            return [[value.name for value in item.values] for item in command.attributes]
        return [
            line.product_template_value_ids._only_active().mapped("name")
            for line in self._fynlo_lines("attributes")
        ]

    def _fynlo_line_errors(self, wanted):
        item, line, errors = wanted.item, wanted.line, []
        if item.id and not line:
            errors.append(_error(f"{wanted.path}.id", "unknown_reference", "There is no such id."))
        attribute_sudo = line.attribute_id.sudo().with_context(active_test=False)
        if line and line.attribute_id.name != item.name:
            errors += self._fynlo_shared_errors(
                f"{wanted.path}.name", attribute_sudo.attribute_line_ids
            )
        if line and wanted.is_multiple != (line.attribute_id.display_type == "multi"):
            message = "It cannot be changed: take the choice away and add another."
            errors.append(_error(f"{wanted.path}.multiple", "not_changeable", message))
        return errors

    def _fynlo_value_errors(self, wanted):
        errors, start = [], f"{wanted.path}.{GROUPS[wanted.group]}"
        for index, (value, option) in enumerate(wanted.options):
            path = f"{start}.{index}"
            if option.id and not value:
                errors.append(_error(f"{path}.id", "unknown_reference", "There is no such id."))
            value_sudo = value.product_attribute_value_id.sudo()
            lines_sudo = value_sudo.with_context(active_test=False).pav_attribute_line_ids
            if value and value.name != option.name:
                errors += self._fynlo_shared_errors(f"{path}.name", lines_sudo)
            if value and value.is_custom != _is_custom(option):
                errors += self._fynlo_shared_errors(f"{path}.custom", lines_sudo)
        for position in find_repeated([option.name for _value, option in wanted.options]):
            errors.append(_error(f"{start}.{position}.name", "repeated", "It is there twice."))
        return errors

    def _fynlo_shared_errors(self, path, lines_sudo):
        """Attributes are shared by products, across companies: one product does not rename them."""
        if not lines_sudo.product_tmpl_id - self.sudo():
            return []
        message = "Other products use it too: add another, or change it in Odoo."
        return [_error(path, "shared", message)]

    def _fynlo_write_options(self, command):
        """Give one product the attributes and choices of ``command``, which were checked.

        A list is all that there is afterwards; what is known in it stays the same record, and so
        do the variants. What a user has archived stays archived.
        """
        plan = self._fynlo_plan_options(command)
        groups = [group for group in GROUPS if group in command.model_fields_set]
        if not groups:
            return
        withdrawn = self._fynlo_withdrawn()
        lines = self.env["product.template.attribute.line"]
        kept = lines.union(*[wanted.line for wanted in plan])
        for group in groups:
            (self._fynlo_lines(group) - kept).unlink()
        for sequence, wanted in enumerate(plan):
            place = sequence + 100 * list(GROUPS).index(wanted.group)
            lines |= lines.browse(self._fynlo_write_line(wanted, place).id)
        lines._update_product_template_attribute_values()
        for line, wanted in zip(lines, plan, strict=True):
            self._fynlo_write_surcharges(line, wanted)
        self._fynlo_withdraw_again(withdrawn)
        self.sudo().fynlo_version += 1  # only the server counts

    def _fynlo_write_line(self, wanted, sequence):
        attribute = wanted.line.attribute_id or self._fynlo_attribute(wanted)
        if attribute.name != wanted.item.name:
            attribute.name = wanted.item.name
        values = [
            self._fynlo_value(attribute, value.product_attribute_value_id, option).id
            for value, option in wanted.options
        ]
        vals = {"value_ids": [Command.set(values)], "sequence": sequence}
        # The values and variants are made once, after all lines.
        if wanted.line:
            later = wanted.line.with_context(update_product_template_attribute_values=False)
            later.write(vals)
            return wanted.line
        vals |= {"product_tmpl_id": self.id, "attribute_id": attribute.id}
        later = wanted.line.with_context(create_product_product=False)
        return later.create(vals)

    def _fynlo_attribute(self, wanted):
        """Return Odoo's attribute of that name and kind, made if there is none."""
        vals = {"name": wanted.item.name, "create_variant": wanted.mode}
        attributes = self.env["product.attribute"]
        domain = [(name, "=", value) for name, value in vals.items()]
        domain.append(("display_type", "=" if wanted.is_multiple else "!=", "multi"))
        vals["display_type"] = "multi" if wanted.is_multiple else "radio"
        return attributes.search(domain, order="id", limit=1) or attributes.create(vals)

    def _fynlo_value(self, attribute, value, option):
        """Return the attribute's value that an item means, with its name; made if need be."""
        vals = {"name": option.name, "is_custom": _is_custom(option)}
        if value:
            changed = {name: new for name, new in vals.items() if value[name] != new}
            if changed:
                value.write(changed)
            return value
        found = attribute.value_ids.filtered(
            lambda each: (each.name, each.is_custom) == (vals["name"], vals["is_custom"])
        )
        vals |= {"attribute_id": attribute.id, "sequence": len(attribute.value_ids)}
        return found[:1] or attribute.value_ids.create(vals)

    def _fynlo_write_surcharges(self, line, wanted):
        currency = self.env.company.currency_id
        surcharges = {option.name: option.surcharge for _value, option in wanted.options}
        for value in line.product_template_value_ids._only_active():
            surcharge = from_minor(surcharges[value.name], currency)
            if value.price_extra != surcharge:
                value.price_extra = surcharge

    def _fynlo_withdrawn(self):
        """Return the values of each variant that was archived on its own."""
        return {
            variant: variant.product_template_attribute_value_ids
            for variant in self._fynlo_own_variants()
            if self.active and not variant.active
        }

    def _fynlo_withdraw_again(self, withdrawn):
        """Odoo brings back every variant that can be; archived ones with their values stay away."""
        variants = self.with_context(active_test=False).product_variant_ids
        back = variants.filtered(
            lambda each: (
                not self.active
                or (
                    each in withdrawn
                    and withdrawn[each] <= each.product_template_attribute_value_ids
                )
            )
        )
        back.filtered("active").active = False


def _match(records, item, name_of):
    """Return the one of ``records`` that an item means by its id, else by its name; or none."""
    if item.id:
        return records.filtered(lambda each: each.fynlo_uuid == str(item.id))
    return records.filtered(lambda each: name_of(each) == item.name)[:1]


def _is_custom(option):
    return getattr(option, "custom", False)


def _error(field, code, message):
    return {"field": field, "code": code, "message": message}
