from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_import_http import ImportCase


@tagged("post_install", "-at_install")
class TestExportScreen(ImportCase):
    """A manager of the web client gets the files that the API gives."""

    def setUp(self):
        super().setUp()
        self.session = None  # the case keeps the till's there, Odoo the browser's
        self.mara = self._make_user(
            "mara", "manager", stores=self.till.store, password="mara-mara-mara"
        )

    def ask(self, user, **vals):
        vals = {"config_id": self.till.store.id, "format": "csv", **vals}
        return self.env["fynlo.export.wizard"].with_user(user).create(vals)

    def download(self, wizard, login="mara"):
        self.env.flush_all()
        self.authenticate(login, f"{login}-{login}-{login}")
        return self.url_open(wizard.action_fynlo_download()["url"])

    def test_each_file_is_that_of_the_api(self):
        self.sell_to(self.make())
        for kind in ("customers", "products", "orders"):
            for file_format in ("csv", "xlsx"):
                with self.subTest(kind, format=file_format):
                    wizard = self.ask(self.mara, kind=kind, format=file_format)
                    response = self.download(wizard)
                    self.assertEqual(response.status_code, 200, response.text[:500])
                    expected = self.export(kind, format=file_format)
                    self.assertEqual(self.cells(response.content), self.cells(expected))
                    name = f'attachment; filename="{kind}.{file_format}"'
                    self.assertEqual(response.headers["Content-Disposition"], name)
                    self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_archived_ones_and_days(self):
        gone = self.make()
        self.assertSuccess(self.delete(f"/customers/{gone['id']}"))
        there = self.download(self.ask(self.mara, kind="customers")).text
        archived = self.download(self.ask(self.mara, kind="customers", is_archived=True)).text
        self.assertNotIn(gone["id"], there)
        self.assertIn(gone["id"], archived)
        order = self.sell_to(self.make())
        days = {"2000-01-01 00:00:00": False, "2100-01-01 00:00:00": True}
        for day, is_in in days.items():
            text = self.download(self.ask(self.mara, kind="orders", to_at=day)).text
            self.assertEqual(order["id"] in text, is_in, day)

    def test_it_is_noted_who_took_what(self):
        self.download(self.ask(self.mara, kind="customers"))
        entry = self.env["fynlo.audit"].search([("action", "=", "export.customers")], limit=1)
        self.assertEqual(entry.user_id, self.mara.id)
        self.assertEqual(entry.data["format"], "csv")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.http")
    def test_nobody_else(self):
        cashier = self._make_user("carl", "cashier", password="carl-carl-carl")
        with self.assertRaises(AccessError):
            self.ask(cashier, kind="customers")
        wizard = self.ask(self.mara, kind="customers")
        url = wizard.action_fynlo_download()["url"]
        self.env.flush_all()
        self.authenticate("carl", "carl-carl-carl")
        self.assertEqual(self.url_open(url).status_code, 403)
        self._make_user("moe", "manager", password="moe-moe-moe")
        self.authenticate("moe", "moe-moe-moe")
        self.assertEqual(self.url_open(url).status_code, 403, "another manager's question")
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(url).url)

    def test_store_of_somebody_else_is_refused(self):
        other = self.till.store.copy({"name": "Other"})
        wizard = self.ask(self.mara, kind="orders")
        wizard.sudo().config_id = other
        with self.assertRaises(ForbiddenError):
            wizard._fynlo_make_file()
