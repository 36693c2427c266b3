from hashlib import sha256

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.reply import BytesReply
from odoo.addons.fynlo_base.principal import principal_of
from odoo.fields import Domain
from odoo.tools.float_utils import float_round

from ..schemas import catalog as views
from .fynlo_price_book import NAMESPACE

_ETAG_LENGTH = 34  # 32 hexadecimal digits and their quotes


class FynloCatalog(models.AbstractModel):
    """Builds a store's catalog once and keeps its bytes until something in it changes."""

    _name = "fynlo.catalog"
    _description = "Fynlo catalog"

    @api.model
    def _fynlo_read(self):
        """Return ``(body, etag, deflated)`` of the catalog of the principal's store."""
        return _thaw(self._fynlo_recall() or self._fynlo_look_up())

    def _fynlo_recall(self):
        """Return what is kept of the catalog of this moment, or ``None``; asks no query."""
        cache, books = self.env["fynlo.cache"], self.env["fynlo.price.book"]
        generation = cache._fynlo_committed_generation(NAMESPACE)
        found = books._fynlo_find(principal_of(self.env).store_id, generation)
        if found is None:
            return None
        key = _key(found[0])
        return cache._fynlo_get(NAMESPACE, key, across_roles=True, generation=generation)

    def _fynlo_look_up(self):
        """Return the catalog as this transaction sees it, made anew if it is not kept."""
        # The token names the store; what it shows is for every role, a till's own included.
        config_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
        book, _warm_cache = self.env["fynlo.price.book"]._fynlo_look_up(config_sudo)
        cache, key = self.env["fynlo.cache"], _key(book)
        blob = cache._fynlo_get(NAMESPACE, key, across_roles=True, generation=book.generation)
        if blob is None:
            blob = _freeze(self._fynlo_pack(config_sudo, book))
            cache._fynlo_put(NAMESPACE, key, blob, across_roles=True)
        return blob

    def _fynlo_pack(self, config_sudo, book):
        view = self._fynlo_build(config_sudo, book)
        digest = sha256(view.model_dump_json(by_alias=True).encode()).hexdigest()[:32]
        view.etag = digest
        reply = BytesReply.pack(view.model_dump_json(by_alias=True).encode())
        return reply.body, f'"{digest}"', reply.deflated

    def _fynlo_build(self, config_sudo, book):
        config_sudo = config_sudo.with_company(config_sudo.company_id)
        config_sudo = config_sudo.with_context(lang=book.language)
        templates = self._fynlo_templates(config_sudo)
        variants = templates.product_variant_ids
        uuids = set(variants.mapped("fynlo_uuid"))
        self.env["fynlo.price.book"]._fynlo_require_products(config_sudo, book, uuids)
        return views.CatalogView(
            store=self._fynlo_store_view(config_sudo, book),
            order_types=list(book.terms),
            identification={kind: terms.identification for kind, terms in book.terms.items()},
            categories=self._fynlo_category_views(templates),
            taxes=self._fynlo_tax_views(templates, book),
            payment_methods=_method_views(book),
            products=[self._fynlo_product_view(template, book) for template in templates],
            etag="",
        )

    def _fynlo_templates(self, config_sudo):
        """Return what the store sells, and the items of its combos, in the web POS's order."""
        templates = config_sudo.env["product.template"]
        domain = Domain(templates._check_company_domain(config_sudo.company_id))
        domain &= self.env["fynlo.price.book"]._fynlo_range_domain(config_sudo)
        found = templates.search(domain, order="sequence, default_code, name, id")
        found |= found.combo_ids.combo_item_ids.product_id.product_tmpl_id
        return found.filtered("product_variant_ids")

    def _fynlo_store_view(self, config_sudo, book):
        return views.CatalogStore(
            id=config_sudo.fynlo_uuid,
            name=book.store_name,
            currency=book.currency.code,
            digits=book.currency.digits,
            language=book.language,
            tables=config_sudo.module_pos_restaurant,
        )

    def _fynlo_category_views(self, templates):
        """Return the categories of the templates and those above them, in the menu's order."""
        used = level = templates.pos_categ_ids
        while level := level.parent_id - used:
            used |= level
        return [
            views.CatalogCategory(
                id=category.fynlo_uuid,
                parent_id=category.parent_id.fynlo_uuid or None,
                name=category.name,
                color=category.color,
            )
            for category in used.search([("id", "in", used.ids)])
        ]

    def _fynlo_tax_views(self, templates, book):
        uuids = templates.product_variant_ids.mapped("fynlo_uuid")
        used = {tax_id for uuid in uuids for tax_id in book.products[uuid].tax_ids}
        taxes = templates.env["account.tax"].browse(sorted(used))
        return [
            views.CatalogTax(
                id=tax.fynlo_uuid,
                name=tax.invoice_label or tax.name,
                type=tax.amount_type,
                amount=book.currency.to_minor(tax.amount)
                if tax.amount_type == "fixed"
                else tax.amount,
                included=tax.price_include,
            )
            for tax in taxes
        ]

    def _fynlo_product_view(self, template, book):
        variants = template.product_variant_ids
        entry = book.products[variants[0].fynlo_uuid]
        is_named, now = len(variants) > 1, fields.Datetime.now()
        return views.CatalogProduct(
            id=template.fynlo_uuid,
            name=template.name,
            description=template.description_sale or None,
            type="combo" if entry.is_combo else "product",
            sold=entry.is_sold,
            available=not all(book.is_out(each.fynlo_uuid, now) for each in variants),
            favourite=template.is_favorite,
            category_ids=template.pos_categ_ids.mapped("fynlo_uuid"),
            tax_ids=[book.tax_names[tax_id][0] for tax_id in entry.tax_ids],
            unit=template.uom_id.name,
            weighed=template.to_weight,
            variants=[self._fynlo_variant_view(variant, book, is_named) for variant in variants],
            choices=_choice_views(entry, book.currency),
            combo=self._fynlo_combo_views(template, entry, book.currency),
        )

    def _fynlo_variant_view(self, variant, book, is_named):
        entry = book.products[variant.fynlo_uuid]
        now = fields.Datetime.now()
        price = book.rules.find_price(book.terms["dine_in"].pricelist_id, entry.priced, 1, now)
        price = float_round(price, precision_digits=book.price_digits)
        values = [name for _id, name in entry.variant_values]
        return views.CatalogVariant(
            id=entry.uuid,
            name=f"{entry.name} ({', '.join(values)})" if is_named and values else entry.name,
            values=values,
            price=book.currency.to_minor(price),
            available=not book.is_out(entry.uuid, now),
            sku=variant.default_code or None,
            barcode=variant.barcode or None,
        )

    def _fynlo_combo_views(self, template, entry, currency):
        names = {combo.id: combo.name for combo in template.combo_ids}
        return [
            views.CatalogComboPart(
                id=question.uuid,
                name=names[question.id],
                included=question.free_quantity,
                max=question.max_quantity,
                items=[
                    views.CatalogComboItem(
                        id=option.uuid,
                        product_id=option.product_uuid,
                        extra_price=currency.to_minor(option.extra_price),
                    )
                    for option in entry.options.values()
                    if option.question_id == question.id
                ],
            )
            for question in entry.questions.values()
        ]


def _method_views(book):
    return [
        views.CatalogMethod(
            id=method.uuid,
            name=method.name,
            type=method.type,
            needs_customer=method.needs_customer,
        )
        for method in book.methods.values()
    ]


def _choice_views(entry, currency):
    return [
        views.CatalogChoice(
            id=choice.uuid,
            name=choice.name,
            multiple=choice.is_multiple,
            required=choice.is_required,
            modifiers=[
                views.CatalogModifier(
                    id=modifier.uuid,
                    name=modifier.name,
                    surcharge=currency.to_minor(modifier.surcharge),
                    custom=modifier.is_custom,
                )
                for modifier in entry.modifiers.values()
                if modifier.choice_id == choice.id
            ],
        )
        for choice in entry.choices
    ]


def _key(book):
    """Some of it changes with time: rates, periods of price rules, what is back by itself."""
    now = fields.Datetime.now()
    return ("catalog", str(book.day), book.rules.count_passed(now), book.count_out(now))


def _freeze(parts):
    body, etag, deflated = parts
    return b"".join([len(body).to_bytes(8, "big"), etag.encode(), body, deflated])


def _thaw(blob):
    start = 8 + _ETAG_LENGTH
    end = start + int.from_bytes(blob[:8], "big")
    return blob[start:end], blob[8:start].decode(), blob[end:]
