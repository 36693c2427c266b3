"""What lists tell of products comes from SQL: it is what Odoo's own fields say."""

from dataclasses import replace
from uuid import uuid4

from odoo import Command
from odoo.addons.fynlo_base.principal import CONTEXT_KEY
from odoo.tests import tagged

from .common import SellingCase
from .test_product_images_http import png


@tagged("post_install", "-at_install")
class TestProductFacts(SellingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        values = [Command.create({"name": name}) for name in ("S", "L")]
        size = cls.env["product.attribute"].create(
            {"name": "Size", "create_variant": "always", "value_ids": values}
        )
        categories = cls.env["pos.category"].create(
            [{"name": name, "sequence": rank} for name, rank in (("Z", 1), ("B", 9), ("A", 9))]
        )
        taxes = cls.env["account.tax"].create(
            [{"name": f"Facts {rank}", "amount": rank, "sequence": 9 - rank} for rank in (1, 2)]
        )
        taxes[0].copy({"name": "Old", "active": False, "sequence": 1})
        common = {"available_in_pos": True, "is_storable": True}
        cls.products = cls.env["product.template"].create([
            {**common, "name": "Shirt", "attribute_line_ids": [Command.create({
                "attribute_id": size.id, "value_ids": [Command.set(size.value_ids.ids)]})]},
            {**common, "name": "O'Brien's \"50 %\" 🍰", "default_code": "B-1", "barcode": "facts-1",
             "pos_categ_ids": [Command.set(categories.ids)], "taxes_id": [Command.set(taxes.ids)],
             "list_price": 12.3456, "is_favorite": True, "to_weight": True},
            {**common, "name": "Plain", "taxes_id": False},
            {**common, "name": "Gone", "default_code": "B-2", "active": False},
        ])  # fmt: skip
        cls.products[1].with_context(lang="fr_FR").name = "Gâteau"
        cls.products[1].image_1920 = png("red")
        cls.products[0].product_variant_ids[0].write({"default_code": "S-1", "barcode": "facts-2"})

    def facts_of(self, products):
        ada = self.env_as(self.ada, self.store)["product.template"]
        return ada.browse(products.ids)._fynlo_read_facts()

    def test_products(self):
        for product, facts in zip(self.products, self.facts_of(self.products), strict=True):
            with self.subTest(product.name):
                own = product.with_context(active_test=product.active)
                for name in ("name", "type", "list_price", "is_favorite", "is_storable"):
                    self.assertEqual(facts[name] or False, product[name])
                self.assertEqual(facts["sku"] or False, own.default_code)
                self.assertEqual(facts["barcode"] or False, own.barcode)
                self.assertEqual(facts["to_weight"] or False, product.to_weight)
                self.assertEqual(
                    facts["category_uuids"], product.pos_categ_ids.mapped("fynlo_uuid")
                )
                self.assertEqual(facts["tax_uuids"], product.taxes_id.mapped("fynlo_uuid"))
                self.assertEqual(facts["has_image"], bool(product.image_1920))
                self.assertEqual(facts["create_date"], product.create_date)

    def test_language_of_who_asks(self):
        self.ada.lang = "fr_FR"
        ada = self.env_as(self.ada, self.store)["product.template"]
        product = ada.browse(self.products[1].id).with_context(lang="fr_FR")
        self.assertEqual(product._fynlo_read_facts()[0]["name"], "Gâteau")
        variant = product.product_variant_id.with_context(lang="fr_FR")
        self.assertEqual(variant._fynlo_stock_facts()[0]["name"], "[B-1] Gâteau")

    def test_archived_variant_says_nothing(self):
        small, large = self.products[0].product_variant_ids
        large.active = False
        self.products.invalidate_recordset()
        [facts] = self.facts_of(self.products[0])
        self.assertEqual((facts["sku"], facts["barcode"]), ("S-1", "facts-2"))
        self.env["fynlo.product.outage"].create(
            {"config_id": self.store.id, "product_id": small.id}
        )
        self.assertTrue(self.facts_of(self.products[0])[0]["is_out"])
        elsewhere = self.env_as(self.ada, self.store)
        principal = replace(elsewhere.context[CONTEXT_KEY], store_id=self.store.copy().id)
        elsewhere = elsewhere(context={**elsewhere.context, CONTEXT_KEY: principal})
        product = elsewhere["product.template"].browse(self.products[0].id)
        self.assertFalse(product._fynlo_read_facts()[0]["is_out"])
        large.active = True
        self.assertFalse(self.facts_of(self.products[0])[0]["is_out"])

    def test_taxes_of_the_parent_count_for_a_branch(self):
        branch = self.env["res.company"].create(
            {"name": f"Branch {uuid4()}", "parent_id": self.store.company_id.id}
        )
        product = self.env_as(self.ada, self.store)["product.template"].sudo()
        product = product.browse(self.products[1].id).with_company(branch)
        parents = self.products[1].taxes_id.mapped("fynlo_uuid")
        self.assertEqual(product._fynlo_read_facts()[0]["tax_uuids"], parents)
        own = self.products[1].taxes_id[0].copy({"name": "Own", "company_id": branch.id})
        self.products[1].sudo().taxes_id |= own
        self.assertEqual(product._fynlo_read_facts()[0]["tax_uuids"], own.mapped("fynlo_uuid"))

    def test_stock(self):
        variants = self.products.with_context(active_test=False).product_variant_ids
        for variant, facts in zip(variants, variants._fynlo_stock_facts(), strict=True):
            with self.subTest(variant.display_name):
                self.assertEqual(facts["name"], variant.display_name)
                self.assertEqual(facts["sku"] or False, variant.default_code)
                self.assertEqual(facts["barcode"] or False, variant.barcode)
                self.assertEqual(facts["unit"], variant.uom_id.name)
                self.assertEqual(facts["tracking"], variant.tracking)
