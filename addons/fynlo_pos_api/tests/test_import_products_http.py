from uuid import uuid4

from odoo.tests import tagged

from .test_import_http import ImportCase


@tagged("post_install", "-at_install")
class TestImportProductsHttp(ImportCase):
    def product(self, barcode):
        return self.env["product.product"].search([("barcode", "=", barcode)])

    def test_new_products_as_the_api_makes_them(self):
        top = self.env["pos.category"].create({"name": "Drinks"})
        hot = self.env["pos.category"].create({"name": "Hot", "parent_id": top.id})
        head = "name;price;sku;barcode;categories;taxes;stocked;active"
        tax = self.till.tax.name
        file = f"{head}\nCafé crème;2,50;C-1;4006381333931;Drinks / Hot;{tax};true;true\n"
        self.assertCounts(self.run_file(file, "products"), "done", created=1)
        made = self.product("4006381333931")
        self.assertEqual((made.name, made.lst_price, made.default_code), ("Café crème", 2.5, "C-1"))
        self.assertEqual((made.pos_categ_ids, made.taxes_id), (hot, self.till.tax))
        template = made.product_tmpl_id
        self.assertTrue(template.is_storable and template.available_in_pos)
        self.assertEqual((len(template.product_variant_ids), made.company_id), (1, self.company))

    def test_every_bad_cell_is_named(self):
        self.coffee.barcode = "4006381333931"
        head = "id,name,price,barcode,categories,stocked"
        rows = [
            ",A,1e400,,,",
            ",B,2.555,,,",
            ",C,NaN,,,",
            ",D,-1,,,",
            ",E,,,,",
            ",F,1,4006381333931,,",
            ",G,1,5000,No such,",
            ",H,1,,,perhaps",
            f"{uuid4()},,1,,,",
            ",I,1,6000,,",
            ",J,1,6000,,",
        ]
        told = self.run_file("\n".join([head, *rows]), "products", mode="skip_bad")
        expected = [(2, "price", "invalid"), (3, "price", "invalid"), (4, "price", "invalid")]
        expected += [(5, "price", "greater_than_equal"), (6, "price", "required")]
        expected += [(7, "barcode", "not_unique"), (8, "categories", "unknown_reference")]
        expected += [(9, "stocked", "bool_type"), (10, "name", "required")]
        expected += [(12, "barcode", "repeated")]
        self.assertEqual(self.bad(told), expected)
        self.assertCounts(told, "done", created=1, badRows=10)

    def test_export_is_imported_unchanged(self):
        self.coffee.write({"barcode": "4006381333931", "default_code": "+1", "lst_price": 2.5})
        self.coffee.description_sale = "=1+1"
        for kind in ("csv", "xlsx"):
            with self.subTest(kind):
                before = self.export("products", format=kind)
                told = self.run_file(before, "products")
                self.assertCounts(told, "done", unchanged=told["total"])
                after = self.export("products", format=kind)
                self.assertEqual(self.cells(after), self.cells(before))

    def test_changed_price_makes_another_version(self):
        template = self.coffee.product_tmpl_id
        version = template.fynlo_version
        file = f"id,price,name\n{template.fynlo_uuid},3.10,{template.name}\n"
        self.assertCounts(self.run_file(file, "products"), "done", updated=1)
        self.assertEqual((template.list_price, template.fynlo_version), (3.1, version + 1))

    def test_product_of_another_company_is_no_ones_to_change(self):
        other = self.env["product.template"].sudo().create(
            {"name": "Theirs", "company_id": self.company_b.id, "available_in_pos": True}
        )  # fmt: skip
        told = self.run_file(f"id,name,price\n{other.fynlo_uuid},Mine,1\n", "products")
        self.assertCounts(told, "failed", badRows=1)
        self.assertEqual(self.bad(told), [(2, "id", "idempotency_conflict")])
        self.assertEqual(other.name, "Theirs")
