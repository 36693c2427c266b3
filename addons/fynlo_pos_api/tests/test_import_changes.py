from unittest.mock import patch
from uuid import uuid4

from odoo.addons.fynlo_pos_api.models.fynlo_sheet_customer import FynloSheetCustomer
from odoo.addons.fynlo_pos_api.models.fynlo_sheet_product import FynloSheetProduct
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .test_import_http import ImportCase

_ADDRESS = {"street1": "1 Main St", "city": "Troy", "state": "NY", "postalCode": "12180"}
_DATES = ("create_date", "write_date")


@tagged("post_install", "-at_install")
class TestImportChanges(ImportCase):
    """Changed rows are written together: each as a PUT of it alone would be."""

    def change(self, kind, head, *rows, **extra):
        lines = [",".join(head), *(",".join(row) for row in rows)]
        return self.run_file("\n".join(lines), kind, **extra)

    def row_of(self, record, *own):
        self.env.flush_all()
        query = SQL("SELECT * FROM %s WHERE id = %s", SQL.identifier(record._table), record.id)
        self.env.cr.execute(query)
        row = self.env.cr.dictfetchone()
        return {name: value for name, value in row.items() if name not in {*_DATES, *own}}

    def make_product(self):
        vals = {"name": "Tea", "available_in_pos": True, "company_id": self.company.id}
        return self.env["product.template"].with_context(create_product_product=True).create(vals)

    def test_customers_are_changed_as_by_a_put(self):
        bodies = (
            {"phone": "+1 518 555 0100", "tags": ["vip"]},
            {"status": "suspended", "firstName": "Zoë"},
            {"address": {**_ADDRESS, "street1": "2 Main St"}},
            {"note": "tea", "status": "inactive", "lastName": None},
        )
        for body in bodies:
            with self.subTest(body):
                made = self.make(tags=["old"], address=_ADDRESS)
                partner = self.partner_of(made)
                with self.env.cr.savepoint() as savepoint:
                    self.assertSuccess(self.put(f"/customers/{made['id']}", body, self.manager))
                    self.env.invalidate_all()
                    put, tags = self.row_of(partner), partner.category_id.mapped("name")
                    savepoint.rollback()
                self.env.invalidate_all()
                flat = {**body, **(body.get("address") or {})}
                flat.pop("address", None)
                texts = ["|".join(v) if isinstance(v, list) else v or "" for v in flat.values()]
                told = self.change("customers", ["id", *flat], [made["id"], *texts])
                self.assertCounts(told, "done", updated=1)
                self.assertEqual(
                    (self.row_of(partner), partner.category_id.mapped("name")), (put, tags)
                )

    def test_products_are_changed_as_by_a_put(self):
        for body in (
            {"price": 999, "name": "Café"},
            {"barcode": "400", "sku": "S"},
            {"active": False},
        ):
            with self.subTest(body):
                product = self.make_product()
                with self.env.cr.savepoint() as savepoint:
                    path = f"/products/{product.fynlo_uuid}"
                    self.assertSuccess(self.put(path, body, self.manager))
                    self.env.invalidate_all()
                    variant = product.with_context(active_test=False).product_variant_ids
                    put = self.row_of(product, "fynlo_version"), self.row_of(variant, "write_uid")
                    savepoint.rollback()
                self.env.invalidate_all()
                texts = [
                    str(value).lower() if value is False else str(value) for value in body.values()
                ]
                texts = ["9.99" if text == "999" else text for text in texts]
                told = self.change("products", ["id", *body], [product.fynlo_uuid, *texts])
                self.assertCounts(told, "done", updated=1)
                self.assertEqual(
                    (self.row_of(product, "fynlo_version"), self.row_of(variant, "write_uid")), put
                )

    def test_what_another_customer_has_is_refused_for_its_row_alone(self):
        known, *others = [self.make() for _ in range(5)]
        rows = [[others[0]["id"], known["email"]], [others[1]["id"], "new@example.com"]]
        rows += [[others[2]["id"], "new@example.com"], [others[3]["id"], "fine@example.com"]]
        told = self.change("customers", ["id", "email"], *rows, mode="skip_bad")
        self.assertCounts(told, "done", updated=2, badRows=2)
        self.assertEqual(
            self.bad(told), [(2, "row", "duplicate_customer"), (4, "row", "duplicate_customer")]
        )
        emails = [self.partner_of(other).email for other in others]
        self.assertEqual(emails[1:], ["new@example.com", others[2]["email"], "fine@example.com"])

    def test_row_that_a_rule_refuses_does_not_keep_the_others(self):
        made = [self.make() for _ in range(6)]
        write = type(self.env["res.partner"]).write

        def refuse(partners, vals):
            if vals.get("phone") == "+1 518 555 0103":
                raise UserError("not he")
            return write(partners, vals)

        rows = [[each["id"], f"+1 518 555 010{n}"] for n, each in enumerate(made)]
        with patch.object(type(self.env["res.partner"]), "write", refuse):
            told = self.change("customers", ["id", "phone"], *rows, mode="skip_bad")
        self.assertCounts(told, "done", updated=5, badRows=1)
        self.assertEqual(self.bad(told), [(5, "row", "business_rule")])

    def test_codes_of_variants_and_taken_barcodes_are_named(self):
        one, other = (self.make_product() for _ in "12")
        self.coffee.barcode = "4006381333931"
        rows = [[one.fynlo_uuid, "4006381333931"], [other.fynlo_uuid, "400"], [str(uuid4()), "1"]]
        told = self.change("products", ["id", "barcode"], *rows, mode="skip_bad")
        self.assertCounts(told, "done", updated=1, badRows=2)
        self.assertEqual(self.bad(told)[0], (2, "barcode", "not_unique"))

    def test_changes_stay_one_by_one_nowhere(self):
        made = [self.make() for _ in range(12)]
        products = [self.make_product() for _ in range(12)]
        with (
            patch.object(FynloSheetCustomer, "_fynlo_update", side_effect=AssertionError),
            patch.object(FynloSheetProduct, "_fynlo_update", side_effect=AssertionError),
        ):
            counts = []
            for size in (4, 12):
                before = self.env.cr.sql_log_count
                rows = [
                    [each["id"], f"+1 518 555 {size}0{n}"] for n, each in enumerate(made[:size])
                ]
                self.change("customers", ["id", "phone"], *rows)
                rows = [[each.fynlo_uuid, f"{size}.{n}"] for n, each in enumerate(products[:size])]
                told = self.change("products", ["id", "price"], *rows)
                counts.append(self.env.cr.sql_log_count - before)
                self.assertCounts(told, "done", updated=size)
        self.assertLess(counts[1], counts[0] + 10)
