from odoo import api, fields, models

from ..engine.book import CashRounding, Currency, OrderTerms, PriceBook, ServiceCharge
from ..engine.price_rules import PriceRule, PriceRules
from ..engine.tenders import method_entry
from .pos_preset import ORDER_TYPES
from .warm_cache import PARTS, WarmCache

NAMESPACE = "pricing"
_TABLES = """
    account_account_tag_account_tax_repartition_line_rel account_cash_rounding
    account_fiscal_position account_fiscal_position_account account_fiscal_position_pos_config_rel
    account_journal account_tax account_tax_alternatives account_tax_filiation_rel
    account_tax_group account_tax_repartition_line decimal_precision pos_category
    pos_category_product_template_rel pos_config pos_config_pos_payment_method_rel
    pos_config_pos_preset_rel pos_config_product_pricelist_rel pos_payment_method pos_preset
    product_attribute product_attribute_value product_category product_combo product_combo_item
    product_combo_product_template_rel product_pricelist product_pricelist_item product_product
    product_taxes_rel product_template product_template_attribute_exclusion
    product_template_attribute_line product_template_attribute_value product_variant_combination
    res_currency res_currency_rate uom_uom
    fynlo_product_outage
"""

#: Compiled books of this process, by database and store.
_books = {}


class FynloPriceBook(models.AbstractModel):
    """Keeps what a store sells and on which terms ready for pricing, in each worker process."""

    _name = "fynlo.price.book"
    _description = "Fynlo price book"

    def init(self):
        """Watch every table that the books are made of."""
        tables = dict.fromkeys(_TABLES.split())
        for model, names in PARTS.items():
            tables[self.env[model]._table] = names
        # A company's row is also the lock for numbering its tills: only what the ORM writes counts.
        tables["res_company"] = ("write_date",)
        self.env["fynlo.cache"]._fynlo_track(NAMESPACE, tables)

    @api.model
    def _fynlo_open(self, config):
        """Return the up-to-date book of a store, and warm this transaction's ORM cache for it.

        :param config: the store, already checked (one ``pos.config``)
        """
        book, warm_cache = self._fynlo_look_up(config)
        warm_cache.pour(self.env)
        return book

    @api.model
    def _fynlo_look_up(self, config):
        """Return ``(PriceBook, WarmCache)`` of a store, compiled anew if anything changed.

        The book of one store is never served for another: it is found by the store's id, which
        the caller has checked.
        """
        self.env.flush_all()
        generation = self.env["fynlo.cache"]._fynlo_generation(NAMESPACE)
        found = self._fynlo_find(config.id, generation)
        if found is None:
            found = self._fynlo_compile(config, generation), WarmCache()
            _books[self.env.cr.dbname, config.id] = found
        return found

    @api.model
    def _fynlo_find(self, config_id, generation):
        """Return what is kept of a store, or ``None`` if it is of another generation or day."""
        found = _books.get((self.env.cr.dbname, config_id))
        if found and (found[0].generation, found[0].day) == (generation, fields.Date.today()):
            return found
        return None

    @api.model
    def _fynlo_keep_warm(self, book, act):
        """Keep what this transaction has read for the next ones, once for each kind of ``act``.

        Nothing is kept if the transaction has changed any of it: it might be rolled back.
        """
        if act in book.warm_for:
            return
        self.env.flush_all()
        generation = self.env["fynlo.cache"]._fynlo_generation(NAMESPACE)
        if book.generation == generation:
            _books[self.env.cr.dbname, book.store_id][1].harvest(self.env)
            book.warm_for.add(act)

    @api.model
    def _fynlo_require_position(self, book, position_id):
        """Enter the taxes of a fiscal position into the book if it lacks them."""
        if position_id and position_id not in book.tax_maps:
            position = self.env["account.fiscal.position"].browse(position_id)
            book.tax_maps[position_id] = self._fynlo_tax_map(position)

    def _fynlo_compile(self, config, generation):
        """Return a new book. Read as superuser, limited to the store and its company."""
        company = config.company_id
        language = company.partner_id.sudo().lang or "en_US"
        config_sudo = config.sudo().with_company(company).with_context(lang=language)
        precision = config_sudo.env["decimal.precision"]
        terms = {kind: self._fynlo_terms(config_sudo, kind) for kind, _label in ORDER_TYPES}
        pricelists = config_sudo._get_available_pricelists()
        pricelists |= config_sudo.available_preset_ids.pricelist_id
        return PriceBook(
            generation=generation,
            day=fields.Date.today(),
            store_id=config.id,
            company_id=company.id,
            store_name=config_sudo.name,
            language=language,
            currency=_currency_entry(config_sudo.currency_id),
            is_foreign_currency=config_sudo.currency_id != company.currency_id,
            price_digits=precision.precision_get("Product Price"),
            quantity_digits=precision.precision_get("Product Unit"),
            cash_rounding=_cash_rounding_entry(config_sudo),
            discount_limits={
                "cashier": config_sudo.fynlo_max_discount_cashier,
                "supervisor": config_sudo.fynlo_max_discount_supervisor,
            },
            terms=terms,
            pricelist_ids=frozenset(pricelists.ids),
            rules=PriceRules(self._fynlo_rules(pricelists)),
            tax_maps=self._fynlo_tax_maps(config_sudo),
            tax_names=self._fynlo_tax_names(config_sudo),
            methods=_method_entries(config_sudo),
            tip_product_uuid=config_sudo.tip_product_id.fynlo_uuid or None,
            service=_service_entry(config_sudo),
            comp_role=config_sudo.fynlo_comp_role,
            is_strict=config_sudo.fynlo_is_strict_stock,
            outages=self._fynlo_outages(config_sudo),
        )

    def _fynlo_terms(self, config_sudo, order_type):
        presets = config_sudo.default_preset_id | config_sudo.available_preset_ids
        if not config_sudo.use_presets:
            presets = presets.browse()
        preset = presets.filtered(
            lambda each: each.fynlo_order_type == order_type and not each.is_return
        )[:1]
        pricelist = preset.pricelist_id or config_sudo.pricelist_id
        position = preset.fiscal_position_id or config_sudo.default_fiscal_position_id
        return OrderTerms(
            preset_id=preset.id or None,
            pricelist_id=pricelist.id or None,
            fiscal_position_id=position.id or None,
            has_own_pricelist=bool(preset.pricelist_id),
            has_own_fiscal_position=bool(preset.fiscal_position_id),
            identification=preset.identification or "none",
        )

    def _fynlo_outages(self, config_sudo):
        """Return what is sold out in the store: the end, or ``None``, by the variant's id."""
        domain = [("config_id", "=", config_sudo.id), ("is_out", "=", True)]
        outages = config_sudo.env["fynlo.product.outage"].search(domain)
        return {outage.product_id.fynlo_uuid: outage.until or None for outage in outages}

    def _fynlo_rules(self, pricelists_sudo):
        """Return the rules of the pricelists and of those they build on, in Odoo's order."""
        rules, queue = {}, pricelists_sudo
        while queue:
            items = queue.env["product.pricelist.item"].search([("pricelist_id", "in", queue.ids)])
            rules |= {pricelist.id: [] for pricelist in queue}
            for item in items:
                rules[item.pricelist_id.id].append(_rule_entry(item))
            queue = items.base_pricelist_id - queue.browse(rules)
        return rules

    def _fynlo_tax_maps(self, config_sudo):
        presets = config_sudo.default_preset_id | config_sudo.available_preset_ids
        positions = config_sudo.fiscal_position_ids | presets.fiscal_position_id
        positions |= config_sudo.default_fiscal_position_id
        return {position.id: self._fynlo_tax_map(position) for position in positions}

    @api.model
    def _fynlo_tax_map(self, position):
        """Return the taxes of one fiscal position by the tax they replace; ``{}`` removes all."""
        if not position.tax_ids:
            return {}
        # A position that has taxes and replaces none leaves all others as they are.
        return dict(position.tax_map or {}) or {0: ()}

    def _fynlo_tax_names(self, config_sudo):
        taxes = config_sudo.env["account.tax"].with_context(active_test=False)
        domain = taxes._check_company_domain(config_sudo.company_id)
        found = taxes.search([*domain, ("type_tax_use", "in", ("sale", "none"))])
        return {tax.id: (tax.fynlo_uuid, tax.invoice_label or tax.name) for tax in found}


def _currency_entry(currency):
    return Currency(currency.id, currency.name, currency.decimal_places, currency.rounding)


def _cash_rounding_entry(config):
    method = config.rounding_method
    if not config.cash_rounding or not method:
        return None
    return CashRounding(
        method.id, method.rounding, method.rounding_method, config.only_round_cash_method
    )


def _service_entry(config):
    product = config.fynlo_service_product_id
    if not product or not config.fynlo_service_percent:
        return None
    guests = config.fynlo_service_min_guests
    return ServiceCharge(product.fynlo_uuid, config.fynlo_service_percent, guests)


def _method_entries(config):
    kinds = ("cash", "bank", "pay_later")
    usable = config.payment_method_ids.filtered(lambda method: method.type in kinds)
    return {method.fynlo_uuid: method_entry(method) for method in usable}


def _rule_entry(item):
    return PriceRule(
        compute_price=item.compute_price,
        base=item.base,
        base_pricelist_id=item.base_pricelist_id.id or None,
        min_quantity=item.min_quantity,
        fixed_price=item.fixed_price,
        percent_price=item.percent_price,
        price_discount=item.price_discount,
        price_round=item.price_round,
        price_surcharge=item.price_surcharge,
        price_min_margin=item.price_min_margin,
        price_max_margin=item.price_max_margin,
        product_id=item.product_id.id or None,
        template_id=item.product_tmpl_id.id or None,
        category_id=item.categ_id.id or None,
        date_start=item.date_start or None,
        date_end=item.date_end or None,
    )
