"""Files as Excel and others save them."""

from base64 import b64encode
from uuid import uuid4

from odoo.tests import tagged

from .test_import_http import ImportCase
from .test_sheet_engine import workbook


@tagged("post_install", "-at_install")
class TestImportSpreadsheetsHttp(ImportCase):
    def test_line_breaks_of_windows_are_no_change(self):
        self.coffee.product_tmpl_id.description_sale = "one\r\ntwo"
        for kind in ("csv", "xlsx"):
            with self.subTest(kind):
                told = self.run_file(self.export("products", format=kind), "products")
                self.assertCounts(told, "done", unchanged=told["total"])

    def test_carriage_return_that_a_workbook_tells_by_its_number(self):
        rows = [["firstName", "note", "email"], ["Ann", "one_x000D_\ntwo", "ann@example.com"]]
        self.assertCounts(self.run_file(workbook(*rows)), "done", created=1)
        self.assertEqual(self.customer("ann@example.com").comment, "<span>one\ntwo</span>")
        rows = [["id", *rows[0]], [self.customer("ann@example.com").fynlo_uuid, *rows[1]]]
        self.assertCounts(self.run_file(workbook(*rows)), "done", unchanged=1)

    def test_true_in_capitals_is_no_change(self):
        text = self.export("products").decode("utf-8-sig")
        text = text.replace(",true", ",TRUE").replace(",false", ",FALSE")
        told = self.run_file(text, "products")
        self.assertCounts(told, "done", unchanged=told["total"])

    def test_formula_without_a_value_is_a_bad_cell(self):
        known = self.make(phone="+1 518 555 0100")
        rows = [["id", "phone", "email"], [known["id"], '=CONCAT("1","2")', "new@example.com"]]
        told = self.run_file(workbook(*rows), mode="skip_bad")
        self.assertCounts(told, "done", badRows=1)
        self.assertEqual(self.bad(told), [(2, "phone", "formula_without_value")])
        partner = self.partner_of(known)
        self.assertEqual((partner.phone, partner.email), ("+1 518 555 0100", known["email"]))

    def test_base64_with_other_characters_is_refused(self):
        content = b64encode(b"firstName\nAnn\n").decode()
        for bad in ("!!?" + content, content[:-1], content.replace("\n", "") + "*"):
            with self.subTest(bad):
                body = {"id": str(uuid4()), "content": bad}
                response = self.post(body, self.manager, "/imports/customers")
                self.assertFailure(response, 422, "invalid_fields", ["content"])
        body = {"id": str(uuid4()), "content": content[:8] + "\r\n" + content[8:]}
        self.assertSuccess(self.post(body, self.manager, "/imports/customers"), 202)
