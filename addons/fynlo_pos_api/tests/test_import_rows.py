import csv
import io
from uuid import uuid4

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import fynlo_import_run
from .test_import_http import ImportCase

#: What is each record's own, or says when it was made.
_OWN = ("id", "fynlo_uuid", "create_date", "write_date")
_CUSTOMERS = (
    {"firstName": "Ann", "lastName": "O'Brien", "email": "Ann@Example.com", "tags": "vip|lunch"},
    {"firstName": "José María", "phone": "+33 1 23 45 67 89", "note": "tea\nno milk"},
    {"firstName": "Bo", "street1": "1 Main St", "city": "Albany", "state": "NY",
     "postalCode": "12207", "country": "US", "email": "bo@example.com", "phone": "(518) 555-0100"},
    {"type": "business", "businessName": "100%_Söhne 🍰", "firstName": "Eve", "lastName": "Key"},
)  # fmt: skip
_PRODUCTS = (
    {"name": "Café crème", "price": "2.50", "sku": "C-1", "description": "hot"},
    {"name": "Beans 100%", "price": "12", "stocked": "true", "weighed": "true"},
    {"name": "Tea", "price": "0", "favourite": "true", "categories": "Hot"},
)


@tagged("post_install", "-at_install")
class TestImportRows(ImportCase):
    """A batch leaves out what Odoo would ask for each record: no column may tell the difference.

    Each row of a file is compared with what a POST of the same facts makes.
    """

    def setUp(self):
        super().setUp()
        self.patch(fynlo_import_run, "CHUNK_ROWS", 3)
        self.maxDiff = None
        self.hot = self.env["pos.category"].create({"name": "Hot"})

    def import_rows(self, kind, rows):
        """Import rows and return the ids that they were given."""
        rows = [{"id": str(uuid4()), **row} for row in rows]
        columns = sorted({name for row in rows for name in row})
        file = io.StringIO()
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
        told = self.run_file(file.getvalue(), kind, allowDuplicates=True)
        self.assertCounts(told, "done", created=len(rows))
        return [row["id"] for row in rows]

    def row_of(self, record, *own):
        """Return the columns of a record's row that could be another's too."""
        query = SQL("SELECT * FROM %s WHERE id = %s", SQL.identifier(record._table), record.id)
        self.env.cr.execute(query)
        row = self.env.cr.dictfetchone()
        return {name: value for name, value in row.items() if name not in {*_OWN, *own}}

    def assertSameRow(self, one, other, *own):
        self.assertEqual(self.row_of(one, *own), self.row_of(other, *own))

    def post_customer(self, facts):
        """Post what a row says; return the contact."""
        body = {"id": str(uuid4()), "firstName": None, "lastName": None, **facts}
        body |= {"email": facts.get("email"), "phone": facts.get("phone"), "allowDuplicate": True}
        body["tags"] = [tag for tag in facts.get("tags", "").split("|") if tag]
        names = ("street1", "city", "state", "postalCode", "country")
        body["address"] = {name: body.pop(name) for name in names if name in body} or None
        return self.partner_of(self.assertSuccess(self.post(body, self.manager, "/customers"), 201))

    def post_product(self, facts):
        """Post what a row says; return the product."""
        body = {"id": str(uuid4()), **facts, "price": int(float(facts["price"]) * 100)}
        body |= {name: True for name in ("stocked", "weighed", "favourite") if name in facts}
        if body.pop("categories", None):
            body["categoryIds"] = [self.hot.fynlo_uuid]
        told = self.assertSuccess(self.post(body, self.manager, "/products"), 201)
        return self.env["product.template"]._fynlo_by_uuid(told["id"])

    def test_customers_are_those_that_a_post_makes(self):
        for facts, uuid in zip(_CUSTOMERS, self.import_rows("customers", _CUSTOMERS), strict=True):
            with self.subTest(facts):
                imported, posted = self.partner_of({"id": uuid}), self.post_customer(facts)
                own = ("ref", "fynlo_search", "commercial_partner_id")
                self.assertSameRow(imported, posted, *own)
                self.assertEqual(imported.commercial_partner_id, imported)
                text = imported.fynlo_search.replace(imported.ref.lower(), posted.ref.lower())
                self.assertEqual(text, posted.fynlo_search)
                self.assertEqual(imported.category_id, posted.category_id)

    def test_products_are_those_that_a_post_makes(self):
        for facts, uuid in zip(_PRODUCTS, self.import_rows("products", _PRODUCTS), strict=True):
            with self.subTest(facts):
                imported = self.env["product.template"]._fynlo_by_uuid(uuid)
                posted = self.post_product(facts)
                # A POST counts the codes that its variant is given as further versions.
                self.assertSameRow(imported, posted, "pos_sequence", "fynlo_version")
                for name in ("taxes_id", "supplier_taxes_id", "pos_categ_ids"):
                    self.assertEqual(imported[name], posted[name], name)
                one, other = imported.product_variant_ids, posted.product_variant_ids
                self.assertSameRow(one, other, "product_tmpl_id")
                costs = self.env["product.value"].search([("product_id", "in", (one.id, other.id))])
                self.assertEqual(len(costs), 2)
                self.assertSameRow(*costs, "product_id", "date")

    def test_a_batch_refuses_what_another_company_owns(self):
        partners = self.env["res.partner"]
        accounts = self.env["account.account"].search([("account_type", "=", "asset_receivable")])
        other = self.env["res.company"].create({"name": "Other"})
        foreign = accounts[:1].copy({"company_ids": other.ids, "code": "F00"})
        rows = [{"name": name, "fynlo_uuid": str(uuid4())} for name in ("A", "B", "C")]
        rows[2]["property_account_receivable_id"] = foreign.id
        with self.assertRaisesRegex(UserError, "belongs to another company"):
            partners._fynlo_create_batch(rows)
        rows = [{"name": name, "fynlo_uuid": str(uuid4())} for name in ("A", "B")]
        self.assertEqual(len(partners._fynlo_create_batch(rows)), 2)

    def test_a_client_cannot_forge_a_batch(self):
        forged = self.env["res.partner"].with_context(fynlo_batch={"res.partner": {"name": "X"}})
        self.assertEqual(
            forged.default_get(["type", "name"]),
            self.env["res.partner"].default_get(["type", "name"]),
        )
