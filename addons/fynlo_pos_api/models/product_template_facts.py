from odoo import fields, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

_FACTS = """
SELECT t.id, t.fynlo_uuid AS uuid, COALESCE(t.name ->> %(lang)s, t.name ->> 'en_US') AS name,
    t.type, t.list_price, sole.sku, sole.barcode, t.active, t.is_favorite, t.is_storable,
    t.to_weight, t.create_date, t.fynlo_version AS version,
    (SELECT COALESCE(bool_and(EXISTS (
         SELECT FROM fynlo_product_outage
         WHERE product_id = variant.id AND config_id = %(store_id)s AND ended_at IS NULL
             AND (until IS NULL OR until > %(now)s))), FALSE)
     FROM product_product variant
     WHERE variant.product_tmpl_id = t.id AND variant.active = t.active) AS is_out,
    EXISTS (SELECT FROM ir_attachment WHERE res_model = 'product.template' AND res_id = t.id
            AND res_field = 'image_1920') AS has_image,
    ARRAY(SELECT category.fynlo_uuid
          FROM pos_category_product_template_rel rel
          JOIN pos_category category ON category.id = rel.pos_category_id
          WHERE rel.product_template_id = t.id
          ORDER BY category.sequence,
              COALESCE(category.name ->> %(lang)s, category.name ->> 'en_US'), category.id
         ) AS category_uuids,
    (SELECT json_agg(json_build_array(tax.company_id, tax.fynlo_uuid)
                     ORDER BY tax.sequence, tax.id)
     FROM product_taxes_rel rel JOIN account_tax tax ON tax.id = rel.tax_id AND tax.active
     WHERE rel.prod_id = t.id) AS taxes
FROM product_template t, LATERAL (
    SELECT CASE count(*) WHEN 1 THEN min(default_code) END AS sku,
        CASE count(*) WHEN 1 THEN min(barcode) END AS barcode
    FROM product_product WHERE product_tmpl_id = t.id AND active = t.active) sole
WHERE t.id = ANY(%(ids)s)
"""


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _fynlo_read_facts(self):
        """Return what lists tell of products, one ``dict`` each, in their order; one query.

        Who may see a product may see its categories, taxes and codes: the search that has found
        these products as their user was the check. SKU and barcode are those of a sole variant; a
        store has run out of a product when it has of each of its variants.

        :return: columns of ``product.template``; ``tax_uuids`` are those of the user's company,
            or of the nearest one above it that has any; ``currency`` is the company's
        """
        self.env.flush_all()
        store_id = principal_of(self.env).store_id
        values = {"ids": self.ids, "lang": self.env.lang or "en_US", "store_id": store_id}
        self.env.cr.execute(SQL(_FACTS, **values, now=fields.Datetime.now()))
        rows = {row["id"]: row for row in self.env.cr.dictfetchall()}
        # A branch has the taxes of its parent, whom its users may not read.
        chain = self.env.company.sudo().parent_ids.ids[::-1]
        currency = self.env.company.currency_id
        for row in rows.values():
            row["tax_uuids"] = _nearest(row.pop("taxes") or (), chain)
            row["currency"] = currency
        return [rows[product.id] for product in self]


def _nearest(taxes, chain):
    """Return the ids of the taxes of the first company that has any.

    :param taxes: ``(company id, tax id of the API)`` pairs
    :param chain: ids of companies, the nearest first
    """
    for company_id in chain:
        if found := [uuid for owner_id, uuid in taxes if owner_id == company_id]:
            return found
    return []
