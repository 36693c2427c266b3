from odoo import api, fields, models
from odoo.fields import Domain

from ..engine.book import Choice, ComboOption, ComboQuestion, Modifier, ProductEntry
from ..engine.price_rules import PricedProduct


class FynloPriceBook(models.AbstractModel):
    _inherit = "fynlo.price.book"

    @api.model
    def _fynlo_require_products(self, config, book, uuids):
        """Enter the products, and the items of combos among them, into the book if it lacks them.

        A product that does not exist, or belongs to another company, is not entered.

        :param uuids: set of public ids as text
        """
        missing = uuids - book.products.keys()
        while missing:
            self._fynlo_enter_products(config, book, missing)
            entered = (book.products[uuid] for uuid in missing & book.products.keys())
            options = {
                option.product_uuid for entry in entered for option in entry.options.values()
            }
            missing = options - book.products.keys()

    def _fynlo_enter_products(self, config, book, uuids):
        company = config.company_id
        products_sudo = self.env["product.product"].sudo().with_company(company)
        products_sudo = products_sudo.with_context(lang=book.language, active_test=False)
        domain = Domain("fynlo_uuid", "in", list(uuids))
        domain &= Domain(products_sudo._check_company_domain(company))
        found = products_sudo.search(domain).with_context(active_test=True)
        book.warm_for.clear()
        sold = found.filtered_domain(self._fynlo_range_domain(config.sudo()))
        for product in found:
            book.enter(self._fynlo_enter(config, product, product in sold))

    @api.model
    def _fynlo_range_domain(self, config_sudo):
        """Return the domain of the products that a store sells, as the web POS loads them."""
        domain = Domain("available_in_pos", "=", True) & Domain("sale_ok", "=", True)
        if config_sudo.limit_categories:
            domain &= Domain("pos_categ_ids", "in", config_sudo.iface_available_categ_ids.ids)
        return domain & Domain("active", "=", True)

    def _fynlo_enter(self, config, product, is_sold):
        template = product.product_tmpl_id
        modifiers, choices = _modifiers_of(template)
        questions, options = _combo_of(template)
        return ProductEntry(
            id=product.id,
            uuid=product.fynlo_uuid,
            name=product.name,
            priced=self._fynlo_priced(config.sudo(), product),
            tax_ids=tuple(product.taxes_id._filter_taxes_by_company(config.company_id).ids),
            is_sold=is_sold,
            is_active=product.active and template.active,
            unit_cost=product.standard_price,
            is_cost_deferred=product.is_storable and product.cost_method in ("fifo", "average"),
            variant_values=tuple(
                (value.id, value.name) for value in product.product_template_variant_value_ids
            ),
            modifiers=modifiers,
            choices=choices,
            questions=questions,
            options=options,
        )

    def _fynlo_priced(self, config_sudo, product):
        """Return the prices in the store's currency, converted and rounded as the web POS does."""
        company = config_sudo.company_id
        prices = (product.lst_price, product.standard_price)
        if config_sudo.currency_id != company.currency_id:
            today = fields.Date.today()
            prices = (
                company.currency_id._convert(price, config_sudo.currency_id, company, today)
                for price in prices
            )
        list_price, cost = prices
        path = product.categ_id.parent_path or ""
        return PricedProduct(
            id=product.id,
            template_id=product.product_tmpl_id.id,
            category_ids=frozenset(int(part) for part in path.split("/") if part),
            list_price=list_price,
            cost=cost,
        )


def _modifiers_of(template):
    """Return the template's modifiers by public id, and the questions that they answer."""
    modifiers, choices = {}, []
    lines = template.attribute_line_ids
    for line in lines.filtered(lambda each: each.attribute_id.create_variant == "no_variant"):
        values = line.product_template_value_ids.filtered("ptav_active")
        is_multiple = line.attribute_id.display_type == "multi"
        is_required = not is_multiple and len(values) > 1
        name = line.attribute_id.name
        choices.append(Choice(line.id, line.fynlo_uuid, name, is_multiple, is_required))
        for value in values:
            modifiers[value.fynlo_uuid] = Modifier(
                id=value.id,
                uuid=value.fynlo_uuid,
                name=value.name,
                attribute_name=line.attribute_id.name,
                choice_id=line.id,
                surcharge=value.price_extra,
                is_custom=value.is_custom,
            )
    return modifiers, tuple(choices)


def _combo_of(template):
    """Return a combo's questions by id and its options by public id; both empty for no combo."""
    combos = template.combo_ids if template.type == "combo" else template.combo_ids.browse()
    questions = {
        combo.id: ComboQuestion(
            combo.id, combo.fynlo_uuid, combo.name, combo.base_price, combo.qty_free, combo.qty_max
        )
        for combo in combos
    }
    options = {
        item.fynlo_uuid: ComboOption(
            item.id, item.fynlo_uuid, item.combo_id.id, item.product_id.fynlo_uuid, item.extra_price
        )
        for item in combos.combo_item_ids
    }
    return questions, options
