import io
import json
from base64 import b64encode
from unittest.mock import patch
from uuid import uuid4

from odoo.addons.fynlo_pos_api.models.fynlo_import_run import FynloImport
from odoo.tests import tagged
from openpyxl import load_workbook

from ..models import fynlo_import_run
from .customers import CustomerCase

HEAD = "firstName,lastName,email,phone,type,businessName,tags,street1,city,state,postalCode"


class ImportCase(CustomerCase):
    """Uploads files and does at once what the background job does."""

    def setUp(self):
        super().setUp()
        # All of a test is one transaction: see test_import_together for real ones.
        self.patch(FynloImport, "_fynlo_see_others", lambda record: None)
        self.patch(fynlo_import_run, "PAUSE_S", 0)

    def upload(self, content, kind="customers", token=None, **extra):
        """Post a file (text or bytes); return the response."""
        content = content.encode() if isinstance(content, str) else content
        body = {"id": str(uuid4()), "content": b64encode(content).decode(), **extra}
        return self.post(body, token or self.manager, f"/imports/{kind}")

    def run_file(self, content, kind="customers", **extra):
        """Upload a file and work it off; return what the API tells then."""
        told = self.assertSuccess(self.upload(content, kind, **extra), 202)
        self.work()
        return self.get(f"/imports/{told['id']}", self.manager)

    def work(self):
        with patch.object(FynloImport, "_fynlo_commit", lambda record: record.env.flush_all()):
            self.env["fynlo.import"]._fynlo_cron_work()
        self.env.invalidate_all()

    def bad(self, told):
        """Return ``[(row, field, code)]`` of an import."""
        path = f"/imports/{told['id']}/errors?limit=100"
        found = self.get(path, self.manager)["errors"]
        return [(each["row"], each["field"], each["code"]) for each in found]

    def export(self, kind="customers", **query):
        text = "&".join(f"{key}={value}" for key, value in query.items())
        path = f"/exports/{kind}?{text}"
        response = self.api("GET", path, token=self.manager)
        self.assertEqual(response.status_code, 200, response.text)
        return response.content

    def cells(self, content):
        """Return what a file holds: a workbook's cells, of CSV the bytes."""
        if not content.startswith(b"PK"):
            return content
        return list(load_workbook(io.BytesIO(content)).active.values)

    def assertCounts(self, told, state, **counts):
        names = ("created", "updated", "unchanged", "badRows")
        expected = {name: counts.get(name, 0) for name in names}
        self.assertEqual({name: told[name] for name in names}, expected, told)
        self.assertEqual(told["state"], state)

    def customer(self, email):
        domain = [("email", "=", email), ("fynlo_is_customer", "=", True)]
        return self.env["res.partner"].with_context(active_test=False).search(domain)


@tagged("post_install", "-at_install")
class TestImportHttp(ImportCase):
    def test_new_customers_as_the_api_makes_them(self):
        file = f"{HEAD}\nSinéad,O'Brien,sinead@example.com,+33 1 23 45 67 89,,,vip|lunch," + (
            "1 Main St,Albany,NY,12207\n"
        )
        file += ",,acme@example.com,,business,100%_Acme \\ Söhne 🍰,,,,,\n"
        told = self.run_file(file)
        self.assertCounts(told, "done", created=2)
        self.assertEqual((told["total"], told["processed"]), (2, 2))
        person, acme = self.customer("sinead@example.com"), self.customer("acme@example.com")
        self.assertEqual((person.name, person.phone), ("Sinéad O'Brien", "+33 1 23 45 67 89"))
        self.assertEqual(sorted(person.category_id.mapped("name")), ["lunch", "vip"])
        self.assertEqual((person.city, person.state_id.code, person.zip), ("Albany", "NY", "12207"))
        self.assertEqual((person.company_id, person.customer_rank), (self.company, 1))
        self.assertRegex(person.ref, r"^C\d{6}$")
        self.assertEqual((acme.name, acme.is_company), ("100%_Acme \\ Söhne 🍰", True))

    def test_bom_and_each_delimiter(self):
        for mark, delimiter in enumerate((";", ",", "\t")):
            row = delimiter.join(["Ann", f'"O{delimiter}B"', f"d{mark}@example.com"])
            head = delimiter.join(["firstName", "lastName", "email"])
            told = self.run_file(f"\ufeff{head}\r\n{row}\r\n")
            self.assertCounts(told, "done", created=1)
            found = self.customer(f"d{mark}@example.com")
            self.assertEqual(found.fynlo_last_name, f"O{delimiter}B")

    def test_dry_run_lists_every_bad_row_and_writes_nothing(self):
        known = self.make(phone="+1 518 555 0100")
        bad_id = "not-a-uuid"
        head = "id,firstName,email,phone,type,street1,city,state,country,tags"
        rows = [
            ",Good,good@example.com,,,,,,,",
            f"{bad_id},Id,,,,,,,,",
            ",,nobody@example.com,,,,,,,",
            ",Mail,no mail,,,,,,,",
            f",Known,{known['email']},,,,,,,",
            ",Phone,,+15185550100,,,,,,",
            ",Twice,good@example.com,,,,,,,",
            ",Place,,,,1 Main,Albany,XX,US,",
            ",Kind,,,robot,,,,,",
            ",Nul\0,,,,,,,,",
            ",Short",
            f"{known['id']},=1+1,{known['email']},{known['phone']},individual,,,,,",
        ]
        before = self.env["res.partner"].search_count([])
        told = self.run_file("\n".join([head, *rows]), dryRun=True, mode="skip_bad")
        self.assertCounts(told, "done", created=1, updated=1, badRows=10)
        expected = [(3, "id", "uuid_parsing"), (4, "row", "value_error")]
        expected += [(5, "email", "value_error"), (6, "email", "duplicate_customer")]
        expected += [(7, "phone", "duplicate_customer"), (8, "email", "repeated")]
        expected += [(9, "postalCode", "required"), (10, "type", "literal_error")]
        expected += [(11, "firstName", "invalid"), (12, "row", "wrong_cells")]
        self.assertEqual(self.bad(told), expected)
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertEqual(self.partner_of(known).fynlo_first_name, "Jane")

    def test_all_or_nothing_writes_nothing(self):
        told = self.run_file("firstName,email\nAnn,ann@example.com\nBen,nonsense\n")
        self.assertCounts(told, "failed", badRows=1)
        self.assertFalse(self.customer("ann@example.com"))
        self.assertEqual(self.bad(told), [(3, "email", "value_error")])

    def test_skip_bad_writes_the_good_ones(self):
        file = "firstName,email\nAnn,ann@example.com\nBen,nonsense\n"
        self.assertCounts(self.run_file(file, mode="skip_bad"), "done", created=1, badRows=1)
        self.assertTrue(self.customer("ann@example.com"))

    def test_export_is_imported_unchanged(self):
        self.make(tags=["vip", "a|b"], note="=SUM(A1)\nnext", phone="+33 1 23 45 67 89")
        self.make(firstName="=cmd|' /C calc'!A0", lastName="'quoted", type="business",
                  businessName="@acme")  # fmt: skip
        self.make(lastName="-1+1", address={"street1": "+1 Main", "city": "A", "state": "NY",
                                            "postalCode": "12207"})  # fmt: skip
        for kind in ("csv", "xlsx"):
            with self.subTest(kind):
                before = self.export(format=kind)
                told = self.run_file(before)
                self.assertCounts(told, "done", unchanged=told["total"])
                self.assertGreaterEqual(told["total"], 3)
                self.assertEqual(self.cells(self.export(format=kind)), self.cells(before))

    def test_no_cell_starts_a_formula(self):
        for start in ("=", "+", "-", "@", "'="):
            self.make(firstName=f"{start}1+1")
        for row in self.cells(self.export(format="xlsx")):
            for cell in row:
                self.assertNotIn(str(cell)[:1], ("=", "+", "-", "@", "\t", "\r"), row)
        text = self.export().decode("utf-8-sig")
        self.assertIn(",'=1+1,", text)
        self.assertIn(",''=1+1,", text)

    def test_changed_cell_changes_that_alone(self):
        made = self.make(phone="+1 518 555 0100", tags=["vip"])
        told = self.run_file(
            f"id,phone,lastName\n{made['id']},+1 518 555 0199,{made['lastName']}\n"
        )
        self.assertCounts(told, "done", updated=1)
        partner = self.partner_of(made)
        self.assertEqual((partner.phone, partner.email), ("+1 518 555 0199", made["email"]))
        self.assertEqual(partner.category_id.mapped("name"), ["vip"])

    def test_known_id_is_made_once(self):
        file = f"id,firstName\n{uuid4()},Ann\n"
        self.assertCounts(self.run_file(file), "done", created=1)
        self.assertCounts(self.run_file(file), "done", unchanged=1)

    def test_files_that_are_none(self):
        for content, code in (
            (b"\xff\xfe\x00", "not_utf8"),
            (b"PK\x03\x04nonsense", "bad_workbook"),
            (b"\n\n", "empty_file"),
            (b"firstName,firstName\n", "repeated_column"),
            (b'firstName\n"open', "bad_csv"),
        ):
            with self.subTest(code):
                envelope = self.assertFailure(
                    self.upload(content), 422, "invalid_fields", ["content"]
                )
                self.assertEqual(envelope["errors"][0]["code"], code)
        envelope = self.assertFailure(self.upload("firstName,shoe,hat\n"), 422, "invalid_fields")
        self.assertEqual(
            [error["message"] for error in envelope["errors"]],
            ["There is no column 'shoe'.", "There is no column 'hat'."],
        )

    def test_every_bad_field_of_the_body_is_named(self):
        body = {"id": "1", "content": "§", "mode": "some", "dryRun": "yes", "extra": 1}
        response = self.post(body, self.manager, "/imports/customers")
        fields = ["id", "content", "mode", "dryRun", "extra"]
        self.assertFailure(response, 422, "invalid_fields", fields)

    def test_same_upload_again_is_the_same_import(self):
        body = {"id": str(uuid4()), "content": b64encode(b"firstName\nAnn\n").decode()}
        first = self.assertSuccess(self.post(body, self.manager, "/imports/customers"), 202)
        again = self.post(body, self.manager, "/imports/customers")
        self.assertEqual(self.assertSuccess(again, 200)["id"], first["id"])
        other = {**body, "dryRun": True}
        response = self.post(other, self.manager, "/imports/customers")
        self.assertFailure(response, 409, "idempotency_conflict")

    def test_export_of_customers_is_in_the_audit_trail(self):
        self.export(query="nobody-at-all")
        entry = self.env["fynlo.audit"].search([("action", "=", "export.customers")], limit=1)
        self.assertEqual(entry.data, {"rows": 0, "format": "csv"})
        self.assertEqual(entry.employee_id, self.max.id)

    def test_cashier_neither_imports_nor_exports(self):
        self.assertFailure(self.upload("firstName\nAnn\n", token=self.token), 403, "forbidden")
        response = self.api("GET", "/exports/customers", token=self.token)
        self.assertFailure(response, 403, "forbidden")
        self.assertFalse(self.env["fynlo.import"].search([]))

    def test_who_is_no_manager_any_more_imports_nothing(self):
        told = self.assertSuccess(self.upload("firstName\nAnn\n"), 202)
        self.max.fynlo_role = "cashier"
        self.work()
        record = self.env["fynlo.import"].search([("fynlo_uuid", "=", told["id"])])
        self.assertEqual((record.state, record.created_count), ("failed", 0))

    def test_orders_of_a_store_as_decimals(self):
        self.assertSuccess(self.post(self.paid_body()), 201)
        rows = self.export("orders").decode("utf-8-sig").splitlines()
        values = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
        self.assertEqual(
            (values["total"], values["tax"], values["currency"]), ("2.75", "0.25", "USD")
        )
        later = self.export("orders", **{"from": "2099-01-01T00:00:00Z"}).decode("utf-8-sig")
        self.assertEqual(later.splitlines(), rows[:1])

    def test_body_is_json(self):
        raw = json.dumps({"id": str(uuid4())}).encode()
        headers = {"Content-Type": "text/csv"}
        response = self.api("POST", "/imports/customers", token=self.manager, raw=raw,
                            headers=headers)  # fmt: skip
        self.assertFailure(response, 415, "unsupported_media_type")
