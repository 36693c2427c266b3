from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import OperationalError

from .common import FynloHttpCase

UNKNOWN_ID = "00000000-0000-7000-8000-0000000000ff"


@tagged("post_install", "-at_install")
class TestFallback(FynloHttpCase):
    def test_unknown_paths_are_404_in_json(self):
        for path in (
            "",
            "/",
            "/nothing",
            "/nothing/at/all?page=1",
            "/devices/not-a-uuid",
            "/devices/%00",
            "/devices/%ff%fe",
            "/devices/%zz",
            "/devices/..%2f..%2fetc",
            "/" + "x" * 8000,
        ):
            for method in ("GET", "POST", "DELETE", "BREW"):
                with self.subTest(path=path, method=method):
                    self.assertFailure(self.api(method, path), 404, "not_found")

    def test_doubled_slashes_are_not_redirected(self):
        self.opener.max_redirects = 0
        self.assertFailure(self.api("GET", "//devices"), 404, "not_found")

    def test_a_path_that_only_looks_alike_is_not_ours(self):
        for path in ("/api/v1x", "/api/v10/devices", "/api"):
            self.assertIn("text/html", self.url_open(path).headers["Content-Type"])

    def test_other_methods_are_405_with_the_ones_that_work(self):
        for path, method, allowed in (
            ("/devices", "POST", "GET, HEAD, OPTIONS"),
            ("/devices", "BREW", "GET, HEAD, OPTIONS"),
            ("/devices", "TRACE", "GET, HEAD, OPTIONS"),
            ("/devices/pair", "GET", "OPTIONS, POST"),
            (f"/devices/{UNKNOWN_ID}", "PUT", "DELETE, OPTIONS"),
        ):
            refused = self.api(method, path)
            self.assertFailure(refused, 405, "method_not_allowed")
            self.assertEqual(refused.headers["Allow"], allowed)

    def test_options_names_the_methods_and_does_nothing(self):
        owner = self.token_for(self.olga)
        for token in (None, owner):
            reply = self.api("OPTIONS", f"/devices/{self.device.fynlo_uuid}", token=token)
            self.assertEqual((reply.status_code, reply.content), (204, b""))
            self.assertEqual(reply.headers["Allow"], "DELETE, OPTIONS")
            self.assertNotIn("Set-Cookie", reply.headers)
            self.assertNotIn("Content-Type", reply.headers)
        self.device.invalidate_recordset()
        self.assertEqual(self.device.state, "active")

    def test_head_is_get_without_its_body(self):
        got, head = self.api("GET", "/openapi.json"), self.api("HEAD", "/openapi.json")
        self.assertEqual((head.status_code, head.content), (200, b""))
        self.assertEqual(head.headers["ETag"], got.headers["ETag"])
        self.assertEqual(self.api("HEAD", "/devices").status_code, 401)
        self.assertEqual(self.api("HEAD", "/nothing").status_code, 404)
        self.assertEqual(self.api("HEAD", "/devices/pair").status_code, 405)

    def test_a_visitor_of_the_website_is_not_sent_to_a_translation(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.opener.cookies["frontend_lang"] = "fr_FR"
        self.opener.headers["Accept-Language"] = "fr"
        self.opener.max_redirects = 0
        self.assertFailure(self.api("GET", "/nothing"), 404, "not_found")

    def test_a_signed_in_browser_is_a_stranger_here(self):
        self.authenticate("olga", "olga-keeps-the-books")
        self.assertFailure(self.api("GET", "/devices"), 401, "token_missing")
        self.assertFailure(self.api("GET", "/nothing"), 404, "not_found")

    def test_refusals_leave_no_trace_in_the_log(self):
        with self.assertNoLogs("odoo", "WARNING"):
            self.assertFailure(self.api("GET", "/nothing"), 404, "not_found")
            self.assertFailure(self.api("POST", "/devices"), 405, "method_not_allowed")
            self.assertFailure(self.api("GET", "/devices"), 401, "token_missing")

    def test_without_a_database_a_client_is_told_to_come_back(self):
        lost = patch.object(self.registry, "check_signaling", side_effect=OperationalError)
        with lost, mute_logger("odoo.http"):
            refused = self.api("GET", "/devices")
            page = self.url_open("/api")
        self.assertFailure(refused, 503, "busy")
        self.assertEqual(refused.headers["Retry-After"], "1")
        self.assertEqual(page.status_code, 404)
