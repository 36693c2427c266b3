from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..schemas.audit import AuditQuery
from .common import FynloCase


@tagged("post_install", "-at_install")
class TestAudit(FynloCase):
    def log(self, env, action="test.log", subject=None, data=None):
        env["fynlo.audit"]._fynlo_log(action, subject, data)
        return self.env["fynlo.audit"].search([("action", "=", action)], limit=1)

    def list_for(self, env, **filters):
        """Return the actions that this environment's user finds."""
        query = AuditQuery.model_validate(filters)
        entries, total = env["fynlo.audit"]._fynlo_search(query)
        self.assertEqual(total, len(entries))
        return [entry.action for entry in entries if entry.action.startswith("test.")]

    def test_a_row_names_who_acted(self):
        entry = self.log(self.env_as(self.ada), subject=self.store, data={"amount": 5})
        self.assertEqual(entry.model, "pos.config")
        self.assertEqual((entry.res_id, entry.subject_uuid), (self.store.id, self.store.fynlo_uuid))
        self.assertEqual(entry.user_id, self.company._fynlo_technical_user("cashier").id)
        self.assertEqual(entry.employee_uuid, self.ada.fynlo_uuid)
        self.assertEqual(entry.employee_name, "Ada")
        self.assertEqual(entry.device_uuid, self.device.fynlo_uuid)
        self.assertEqual(entry.store_uuid, self.store.fynlo_uuid)
        self.assertEqual(entry.company_id, self.company.id)
        self.assertEqual(entry.request_id, "test-request")
        self.assertEqual(entry.data, {"amount": 5})

    def test_a_row_outlives_who_acted(self):
        entry = self.log(self.env_as(self.ada))
        ada_id = self.ada.id
        self.ada.unlink()
        self.env.invalidate_all()
        self.assertEqual((entry.employee_id, entry.employee_name), (ada_id, False))

    def test_outside_the_api_the_user_alone_is_named(self):
        entry = self.log(self.env(user=self.olga.id))
        self.assertEqual((entry.user_name, entry.employee_id, entry.device_id), ("Olga", 0, 0))

    def test_secrets_are_refused(self):
        for data in (
            {"pin": "7391"},
            {"newPin": "7391"},
            {"device": {"refresh_token": "x"}},
            {"changes": [{"password": "x"}]},
            {"API_SECRET": "x"},
        ):
            with self.assertRaises(ValueError, msg=data):
                self.log(self.env, data=data)
        self.log(self.env, data={"shipping": 1, "timecard": 2, "opinion": 3, "pinned_at": 4})

    def test_a_row_costs_one_query(self):
        env = self.env_as(self.ada)
        self.log(env)
        with self.assertQueryCount(1):
            env["fynlo.audit"]._fynlo_log("test.log", data={"amount": 5})

    def test_a_manager_sees_his_company_and_his_stores(self):
        limited = self._make_employee("Lim", "manager", stores=self.store)
        till_2 = self.env_as(self.ada, store=self.store_2, device=self.device_2)
        for env, action in (
            (self.env_as(self.ada), "test.a"),
            (self.env_as(self.bob), "test.b"),
            (till_2, "test.a2"),
            (self.env(user=self.olga.id), "test.office"),
        ):
            self.log(env, action, self.store)
        seen = self.list_for(self.env_as(self.olga), subject=self.store.fynlo_uuid)
        self.assertEqual(seen, ["test.office", "test.a2", "test.a"])
        seen = self.list_for(self.env_as(limited), subject=self.store.fynlo_uuid)
        self.assertEqual(seen, ["test.office", "test.a"])

    def test_below_manager_nothing_is_read(self):
        for who in (self.ada, self.sue, self.device):
            with self.assertRaises(AccessError):
                self.list_for(self.env_as(who))

    def test_nobody_changes_a_row_through_the_orm(self):
        entry = self.log(self.env_as(self.ada)).with_user(self.olga)
        for change in (
            lambda: entry.write({"action": "x"}),
            entry.unlink,
            lambda: entry.create({"action": "x", "created_at": "2026-01-01"}),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_the_web_client_shows_it_to_a_manager(self):
        self.log(self.env_as(self.ada), subject=self.store)
        audit = self.env["fynlo.audit"].with_user(self.olga)
        views = audit.get_views([(False, "list"), (False, "form"), (False, "search")])["views"]
        for kind in ("list", "form"):
            for right in ("create", "edit", "delete"):
                self.assertIn(f'{right}="0"', views[kind]["arch"])
        fields = {"action": {}, "employee_name": {}, "seal_number": {}, "data_text": {}}
        found = audit.web_search_read([("subject_uuid", "=", self.store.fynlo_uuid)], fields)
        (row,) = found["records"]
        told = (row["action"], row["employee_name"], row["seal_number"], row["data_text"])
        self.assertEqual(told, ("test.log", "Ada", 0, "{}"))

    def test_filters_narrow(self):
        self.log(self.env_as(self.ada), "test.a", self.store)
        self.log(self.env_as(self.sue), "test.s", self.store_2)
        olga = self.env_as(self.olga)
        sue = self.company._fynlo_technical_user("supervisor")
        for filters, expected in (
            ({"action": "test.a"}, ["test.a"]),
            ({"subject": self.store.fynlo_uuid, "action": "test.a"}, ["test.a"]),
            ({"subject": self.store_2.fynlo_uuid}, ["test.s"]),
            ({"employee": self.ada.fynlo_uuid}, ["test.a"]),
            ({"user": sue.fynlo_uuid}, ["test.s"]),
            ({"device": self.device.fynlo_uuid}, ["test.s", "test.a"]),
            ({"device": self.device_2.fynlo_uuid}, []),
            ({"employee": self.bob.fynlo_uuid}, []),
            ({"from": "2000-01-01T00:00:00Z", "action": "test.a"}, ["test.a"]),
            ({"to": "2000-01-01T00:00:00Z"}, []),
            ({"from": "2099-01-01T00:00:00Z"}, []),
        ):
            with self.subTest(filters):
                self.assertEqual(self.list_for(olga, **filters), expected)
