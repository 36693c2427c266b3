"""Readers of products, prices and stock: thousands of rows, told from SQL."""

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.route import API_PREFIX
from odoo.addons.fynlo_pos_api.engine.price_rules import PricedProduct
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.float_utils import float_round

from ..schemas.price_rows import PriceRow
from ..schemas.product_rows import ProductRow
from ..schemas.stock_rows import StockRow
from ..schemas.sync_row import to_text

# What is sold, and what only its combos sell; a product whose variants are made when it is sold
# has none yet. Written as conditions on one product: of few, PostgreSQL looks at these alone.
_SIGHT = """
SELECT range.id FROM product_template range
WHERE ((SELECT TRUE FROM (%(sold)s) sold WHERE sold.id = range.id) OR range.active AND EXISTS (
    SELECT FROM product_product variant
    JOIN product_combo_item item ON item.product_id = variant.id
    JOIN product_combo_product_template_rel part ON part.product_combo_id = item.combo_id
    JOIN (%(sold)s) combo ON combo.id = part.product_template_id
    WHERE variant.product_tmpl_id = range.id))
AND EXISTS (SELECT FROM product_product WHERE product_tmpl_id = range.id AND active)
"""
_RANK = "line.sequence, attribute.sequence, attribute.id, line.id, value.sequence, value.id"
_PARTS = f"""
SELECT t.id, COALESCE(t.description_sale ->> %(lang)s, t.description_sale ->> 'en_US'),
    COALESCE(unit.name ->> %(lang)s, unit.name ->> 'en_US'), t.sequence, (
    SELECT COALESCE(json_agg(json_build_object(
        'id', v.fynlo_uuid, 'sku', NULLIF(v.default_code, ''), 'barcode', NULLIF(v.barcode, ''),
        'available', NOT EXISTS (
            SELECT FROM fynlo_product_outage WHERE product_id = v.id AND config_id = %(store_id)s
                AND ended_at IS NULL AND (until IS NULL OR until > %(now)s)),
        'values', ARRAY(
            SELECT COALESCE(value.name ->> %(lang)s, value.name ->> 'en_US')
            FROM product_variant_combination made
            JOIN product_template_attribute_value chosen
                ON chosen.id = made.product_template_attribute_value_id
            JOIN product_template_attribute_line line
                ON line.id = chosen.attribute_line_id AND line.value_count > 1
            JOIN product_attribute attribute ON attribute.id = line.attribute_id
            JOIN product_attribute_value value ON value.id = chosen.product_attribute_value_id
            WHERE made.product_product_id = v.id ORDER BY {_RANK})
        ) ORDER BY v.id), '[]') FROM product_product v WHERE v.product_tmpl_id = t.id AND v.active
    ) AS variants, (
    SELECT COALESCE(json_agg(json_build_object(
        'id', line.fynlo_uuid, 'name', COALESCE(attribute.name ->> %(lang)s,
            attribute.name ->> 'en_US'), 'multiple', attribute.display_type = 'multi',
        'required', attribute.display_type <> 'multi' AND json_array_length(asked.modifiers) > 1,
        'modifiers', asked.modifiers
        ) ORDER BY line.sequence, line.attribute_id, line.id), '[]')
    FROM product_template_attribute_line line
    JOIN product_attribute attribute ON attribute.id = line.attribute_id, LATERAL (
        SELECT COALESCE(json_agg(json_build_object(
            'id', chosen.fynlo_uuid, 'name', COALESCE(value.name ->> %(lang)s,
                value.name ->> 'en_US'),
            'surcharge', round(COALESCE(chosen.price_extra, 0) * %(minor)s),
            'custom', value.is_custom IS TRUE) ORDER BY value.sequence, value.id), '[]')
        FROM product_template_attribute_value chosen
        JOIN product_attribute_value value ON value.id = chosen.product_attribute_value_id
        WHERE chosen.attribute_line_id = line.id AND chosen.ptav_active) asked(modifiers)
    WHERE line.product_tmpl_id = t.id AND line.active AND attribute.create_variant = 'no_variant'
    ) AS choices, (
    SELECT COALESCE(json_agg(json_build_object(
        'id', combo.fynlo_uuid, 'name', combo.name, 'included', combo.qty_free,
        'max', combo.qty_max, 'items', ARRAY(
            SELECT json_build_object('id', item.fynlo_uuid, 'productId', variant.fynlo_uuid,
                'extraPrice', round(COALESCE(item.extra_price, 0) * %(minor)s))
            FROM product_combo_item item JOIN product_product variant
                ON variant.id = item.product_id
            WHERE item.combo_id = combo.id ORDER BY item.id)
        ) ORDER BY combo.sequence, combo.id), '[]')
    FROM product_combo_product_template_rel part
    JOIN product_combo combo ON combo.id = part.product_combo_id
    WHERE part.product_template_id = t.id AND t.type = 'combo') AS combo
FROM product_template t LEFT JOIN uom_uom unit ON unit.id = t.uom_id
WHERE t.id = ANY(%(ids)s)
"""
_PRICED = """
SELECT v.id, t.id, v.fynlo_uuid, t.fynlo_uuid, category.parent_path,
    (COALESCE(t.list_price, 0) + COALESCE((
        SELECT sum(chosen.price_extra) FROM product_variant_combination made
        JOIN product_template_attribute_value chosen
            ON chosen.id = made.product_template_attribute_value_id
        WHERE made.product_product_id = v.id), 0))::float,
    COALESCE((v.standard_price ->> %(company)s)::float, 0)
FROM product_product v JOIN product_template t ON t.id = v.product_tmpl_id
LEFT JOIN product_category category ON category.id = t.categ_id
WHERE v.id = ANY(%(ids)s)
"""


class FynloPullProducts(models.AbstractModel):
    _name = "fynlo.pull.products"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of products"

    @api.model
    def _fynlo_sight(self, store, sights):
        return SQL(_SIGHT, sold=self._fynlo_sold(store))

    def _fynlo_sold(self, store):
        templates = store.env["product.template"]
        domain = Domain(templates._check_company_domain(store.company_id))
        domain &= self.env["fynlo.price.book"]._fynlo_range_domain(store)
        return templates._search(domain).select()

    @api.model
    def _fynlo_rows(self, store, ids):
        sold = {
            id_
            for (id_,) in self.env.execute_query(
                SQL("SELECT id FROM (%s) sold WHERE id = ANY(%s)", self._fynlo_sold(store), ids)
            )
        }
        query = SQL(
            _PARTS,
            ids=ids,
            lang=store.env.lang,
            store_id=store.id,
            now=fields.Datetime.now(),
            minor=10**store.currency_id.decimal_places,
        )
        parts = {row[0]: row[1:] for row in self.env.execute_query(query)}
        facts = store.env["product.template"].browse(ids)._fynlo_read_facts()
        return [_product_row(each, parts[each["id"]], each["id"] in sold) for each in facts]


def _product_row(facts, parts, is_sold):
    description, unit, position, variants, choices, combo = parts
    image = f"{API_PREFIX}/products/{facts['uuid']}/image"
    for each in variants:
        of_values = f" ({', '.join(each['values'])})" if each["values"] else ""
        each["name"] = facts["name"] + (of_values if len(variants) > 1 else "")
    return ProductRow.model_construct(
        id=facts["uuid"],
        name=facts["name"],
        description=description or None,
        type="combo" if facts["type"] == "combo" else "product",
        sold=is_sold,
        available=not facts["is_out"],
        favourite=bool(facts["is_favorite"]),
        stocked=bool(facts["is_storable"]),
        weighed=bool(facts["to_weight"]),
        unit=unit,
        position=position or 0,
        sku=facts["sku"] or None,
        barcode=facts["barcode"] or None,
        image=image if facts["has_image"] else None,
        category_ids=to_text(facts["category_uuids"]),
        tax_ids=to_text(facts["tax_uuids"]),
        variants=to_text(variants),
        choices=to_text(choices),
        combo=to_text(combo),
        version=facts["version"],
    )


class FynloPullPrices(models.AbstractModel):
    _name = "fynlo.pull.prices"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of prices"

    @api.model
    def _fynlo_sight(self, store, sights):
        query = "SELECT id FROM product_product WHERE active AND product_tmpl_id IN (%s)"
        return SQL(query, sights["products"])

    @api.model
    def _fynlo_rows(self, store, ids):
        book, _warm_cache = self.env["fynlo.price.book"]._fynlo_look_up(store)
        convert, now = _converter(store), fields.Datetime.now()
        pricelist_id = book.terms["dine_in"].pricelist_id
        query = SQL(_PRICED, ids=ids, company=str(store.company_id.id))
        found = []
        for variant_id, template_id, uuid, product_uuid, path, *prices in self.env.execute_query(
            query
        ):
            category_ids = frozenset(int(part) for part in (path or "").split("/") if part)
            priced = PricedProduct(variant_id, template_id, category_ids, *map(convert, prices))
            price = book.rules.find_price(pricelist_id, priced, 1, now)
            price = float_round(price, precision_digits=book.price_digits)
            found.append(
                PriceRow.model_construct(
                    id=uuid,
                    product_id=product_uuid,
                    price=book.currency.to_minor(price),
                    currency=book.currency.code,
                )
            )
        return found


def _converter(store):
    """Return the function from the company's currency to the store's, as the web POS converts."""
    company, currency = store.company_id, store.currency_id
    if currency == company.currency_id:
        return float
    today = fields.Date.today()
    return lambda price: company.currency_id._convert(price, currency, company, today)


class FynloPullStock(models.AbstractModel):
    _name = "fynlo.pull.stock"
    _inherit = "fynlo.pull.collection"
    _description = "Fynlo reader of stock"

    @api.model
    def _fynlo_sight(self, store, sights):
        return SQL(
            """SELECT variant.id FROM (%s) sold JOIN product_product variant ON variant.id = sold.id
               JOIN product_template template ON template.id = variant.product_tmpl_id
               WHERE template.is_storable""",
            sights["prices"],
        )

    @api.model
    def _fynlo_rows(self, store, ids):
        levels = store.env["product.product"].browse(ids)._fynlo_stock_levels(store)
        query = SQL(
            """SELECT v.id, v.fynlo_uuid, t.fynlo_uuid FROM product_product v
               JOIN product_template t ON t.id = v.product_tmpl_id WHERE v.id = ANY(%s)""",
            ids,
        )
        return [
            StockRow.model_construct(
                id=uuid,
                product_id=product_uuid,
                on_hand=levels[id_].on_hand,
                reserved=levels[id_].reserved,
                pending=levels[id_].pending,
                available=levels[id_].available,
            )
            for id_, uuid, product_uuid in self.env.execute_query(query)
        ]
