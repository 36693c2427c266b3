import csv
import io
from decimal import Decimal
from uuid import uuid4

from odoo.tests import BaseCase, tagged

from ..engine.sheet_reader import read_rows
from ..engine.sheet_writer import write_table
from .test_import_http import ImportCase


@tagged("post_install", "-at_install")
class TestExportedNumbers(BaseCase):
    def test_numbers_below_zero_stay_numbers(self):
        row = [Decimal("-2.75"), Decimal(0).scaleb(-8), "-2.75"]
        text = write_table("csv", ["a", "b", "c"], [row]).decode("utf-8-sig")
        self.assertEqual(text.splitlines()[1], "-2.75,0.00000000,'-2.75")
        for kind in ("csv", "xlsx"):
            _heading, (_number, cells) = read_rows(write_table(kind, ["a", "b", "c"], [row]))
            self.assertEqual([cells[0], cells[2]], ["-2.75", "-2.75"], kind)


@tagged("post_install", "-at_install")
class TestExportHttp(ImportCase):
    def orders(self):
        return list(csv.DictReader(io.StringIO(self.export("orders").decode("utf-8-sig"))))

    def test_refunds_are_numbers(self):
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        refund = {"id": str(uuid4()), "all": True, "reason": "x"}
        path = f"/orders/{body['id']}/refunds"
        self.assertSuccess(self.post(refund, self.manager, path), 201)
        sold, returned = self.orders()
        self.assertEqual((sold["total"], sold["tax"]), ("2.75", "0.25"))
        self.assertEqual((returned["total"], returned["tax"]), ("-2.75", "-0.25"))

    def test_price_below_zero_is_imported_unchanged(self):
        self.coffee.product_tmpl_id.list_price = -1.5
        for kind in ("csv", "xlsx"):
            with self.subTest(kind):
                told = self.run_file(self.export("products", format=kind), "products")
                self.assertCounts(told, "done", unchanged=told["total"])

    def test_control_characters_of_tags_and_names_are_left_out(self):
        self.make(tags=["a\x01b"], firstName="c\x01d", lastName="\x1b[31m")
        for kind in ("csv", "xlsx"):
            with self.subTest(kind):
                rows = [cells for _number, cells in read_rows(self.export(format=kind))]
                found = dict(zip(rows[0], rows[1], strict=False))
                names = ("tags", "firstName", "lastName")
                self.assertEqual([found[name] for name in names], ["ab", "cd", "[31m"])

    def test_an_order_whose_customer_is_another_company_s_now(self):
        known = self.make()
        body = self.sell_to(known)
        partner = self.partner_of(known)
        partner.company_id = self.company_b
        self.env.flush_all()
        (row,) = self.orders()
        self.assertEqual((row["customerId"], row["customer"]), (known["id"], partner.name))
        for path in ("/orders", f"/orders/{body['id']}", f"/orders/{body['id']}/receipt"):
            with self.subTest(path):
                self.get(path, self.manager)
