from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FynloHttpCase


@tagged("post_install", "-at_install")
class TestAuditHttp(FynloHttpCase):
    def setUp(self):
        super().setUp()
        for who, action in ((self.ada, "test.sale"), (self.sue, "test.void"), (self.bob, "test.b")):
            self.env_as(who)["fynlo.audit"]._fynlo_log(action, self.store, {"amount": 250})
        with mute_logger("odoo.addons.fynlo_base.models.fynlo_audit_seal"):
            self.env["fynlo.audit.seal"]._fynlo_seal_batch()
        self.token = self.token_for(self.max)

    def list_entries(self, query, token=None):
        return self.api("GET", f"/audit?{query}", token=token or self.token)

    def test_an_entry_tells_who_what_when_where(self):
        data = self.assertSuccess(self.list_entries("action=test.sale"))
        page = {key: data[key] for key in ("total", "page", "limit", "totalPages")}
        self.assertEqual(page, {"total": 1, "page": 1, "limit": 20, "totalPages": 1})
        entry = data["entries"][0]
        self.assertRegex(entry.pop("createdAt"), r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        seal = self.env["fynlo.audit.seal"].search([], order="seq desc", limit=3)[2]
        self.assertEqual(
            entry,
            {
                "action": "test.sale",
                "subjectId": self.store.fynlo_uuid,
                "userId": self.company._fynlo_technical_user("cashier").fynlo_uuid,
                "employeeId": self.ada.fynlo_uuid,
                "deviceId": self.device.fynlo_uuid,
                "storeId": self.store.fynlo_uuid,
                "requestId": "test-request",
                "data": {"amount": 250},
                "seal": {
                    "number": seal.seq,
                    "hash": seal.row_hash,
                    "previousHash": seal.previous_hash,
                },
            },
        )

    def test_pages_are_newest_first(self):
        query = f"subject={self.store.fynlo_uuid}&limit=1"
        first = self.assertSuccess(self.list_entries(query))
        second = self.assertSuccess(self.list_entries(f"{query}&page=2"))
        self.assertEqual((first["total"], first["totalPages"]), (2, 2))
        actions = [page["entries"][0]["action"] for page in (first, second)]
        self.assertEqual(actions, ["test.void", "test.sale"])

    def test_another_company_is_not_seen(self):
        data = self.assertSuccess(self.list_entries("action=test.b"))
        self.assertEqual((data["total"], data["entries"]), (0, []))
        data = self.assertSuccess(self.list_entries(f"employee={self.bob.fynlo_uuid}"))
        self.assertEqual(data["entries"], [])

    def test_bad_filters_are_named(self):
        for query, field in (
            ("subject=7", "subject"),
            ("user=me", "user"),
            ("from=yesterday", "from"),
            ("to=2026-01-01", "to"),
            ("from=2026-01-01T00:00:00", "from"),
            ("limit=101", "limit"),
            ("page=0", "page"),
            ("action=DROP%20TABLE", "action"),
            ("color=red", "color"),
        ):
            with self.subTest(query):
                self.assertFailure(self.list_entries(query), 422, "invalid_fields", [field])

    def test_roles_below_manager_are_refused(self):
        for who in (self.ada, self.sue, self.device):
            response = self.list_entries("", self.token_for(who))
            self.assertFailure(response, 403, "forbidden")
        self.assertFailure(self.api("GET", "/audit"), 401, "token_missing")
        self.assertFailure(self.api("GET", "/audit", token="x.y.z"), 401, "token_invalid")

    def test_nothing_can_be_written(self):
        for method in ("POST", "PUT", "DELETE"):
            response = self.api(method, "/audit", {}, token=self.token)
            self.assertFailure(response, 405, "method_not_allowed")
            self.assertEqual(response.headers["Allow"], "GET, HEAD, OPTIONS")
