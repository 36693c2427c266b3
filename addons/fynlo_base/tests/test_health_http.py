import os
import time
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..clients import redis
from .common import FynloHttpCase

PROXIED = {"X-Forwarded-For": "127.0.0.1"}


@tagged("post_install", "-at_install")
class TestHealthHttp(FynloHttpCase):
    def checks(self, document):
        return {check["name"]: check["status"] for check in document["checks"]}

    def assertNotReady(self, failed):
        """Check the refusal, and that it holds the same document; return it."""
        envelope = self.assertFailure(self.api("GET", "/health/ready"), 503, "not_ready")
        document = envelope["details"]
        self.assertEqual(document["status"], "not_ready")
        self.assertEqual(self.checks(document)[failed], "failed")
        return document

    def test_alive(self):
        self.assertEqual(self.assertSuccess(self.api("GET", "/health")), {"status": "alive"})

    def test_alive_is_not_limited(self):
        with patch.object(type(self.env["fynlo.rate.limit"]), "_fynlo_take") as ask:
            self.assertSuccess(self.api("GET", "/health"))
        ask.assert_not_called()

    def test_ready(self):
        data = self.assertSuccess(self.api("GET", "/health/ready"))
        self.assertEqual(data["status"], "ready")
        checks = self.checks(data)
        for name in ("database", "migrations", "secret_key", "signing_key"):
            self.assertEqual(checks[name], "ok", name)
        self.assertIn(checks["cron"], ("ok", "degraded"))
        self.assertNotIn("redis", checks)

    def test_details_are_for_the_machine_itself(self):
        local = self.assertSuccess(self.api("GET", "/health/ready"))
        self.assertIn("late", self.detail(local, "cron"))
        proxied = self.assertSuccess(self.api("GET", "/health/ready", headers=PROXIED))
        self.assertEqual({check["detail"] for check in proxied["checks"]}, {None})
        self.assertEqual(self.checks(proxied).keys(), self.checks(local).keys())

    def detail(self, document, name):
        return next(check["detail"] for check in document["checks"] if check["name"] == name)

    def test_an_outdated_module_is_named(self):
        module = self.env.ref("base.module_fynlo_base")
        module.latest_version = "19.0.0.0.1"
        document = self.assertNotReady("migrations")
        self.assertEqual(self.detail(document, "migrations"), "To be upgraded: fynlo_base.")

    def test_without_a_secret_it_is_not_ready(self):
        with patch.dict(os.environ, FYNLO_SECRET_KEY="tiny"):
            document = self.assertNotReady("secret_key")
        self.assertEqual(self.checks(document)["signing_key"], "failed")
        self.assertNotIn("tiny", str(document))

    def test_a_late_background_does_not_stop_sales(self):
        self.env.ref("fynlo_base.ir_cron_seal").nextcall = "2020-01-01 00:00:00"
        data = self.assertSuccess(self.api("GET", "/health/ready"))
        self.assertEqual(self.checks(data)["cron"], "degraded")

    def test_a_lost_redis_does_not_stop_sales(self):
        self.addCleanup(redis._open_link.cache_clear)
        environment = {"REDIS_URL": "redis://:hidden-word@127.0.0.1:1/0"}
        with (
            patch.dict(os.environ, environment),
            mute_logger("odoo.addons.fynlo_base.clients.redis"),
        ):
            response = self.api("GET", "/health/ready")
        self.assertEqual(self.checks(self.assertSuccess(response))["redis"], "degraded")
        self.assertNotIn("hidden-word", response.text)

    def test_a_parameter_is_refused(self):
        self.assertFailure(self.api("GET", "/health?x=1"), 422, "invalid_fields", ["x"])


@tagged("post_install", "-at_install")
class TestMetricsHttp(FynloHttpCase):
    def metrics(self, **headers):
        return self.api("GET", "/metrics", headers=headers)

    def value(self, name):
        """Return the figure of one series, 0 if there is none yet."""
        for line in self.metrics().text.splitlines():
            if line.startswith(f"{name} "):
                return float(line.rpartition(" ")[2])
        return 0.0

    def assertAdds(self, name, number, act):
        before = self.value(name)
        act()
        deadline = time.monotonic() + 5  # a request is counted just after its answer
        while self.value(name) - before < number and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(self.value(name) - before, number, name)

    def test_requests_are_counted_by_route_template(self):
        token = self.token_for(self.max)
        path = "/devices/01930000-0000-7000-8000-000000000000"
        self.assertAdds(
            'fynlo_http_request_seconds_count{method="DELETE",route="/devices/<uuid:device_id>",'
            'status="404"}',
            2,
            lambda: [self.api("DELETE", path, token=token) for _ in range(2)],
        )

    def test_a_guessed_path_makes_no_series(self):
        self.api("GET", "/a-guessed-path")
        self.assertNotIn("a-guessed-path", self.metrics().text)

    def test_refusals_are_counted_by_code(self):
        name = 'fynlo_http_refusals_total{code="token_invalid"}'
        self.assertAdds(name, 1, lambda: self.api("GET", "/audit", token="x.y.z"))

    def test_figures_of_the_database(self):
        text = self.metrics().text
        for name in ("lockouts_active", "audit_queue_rows", "cron_lag_seconds"):
            self.assertRegex(text, rf"(?m)^fynlo_{name} \d+")

    def test_only_the_machine_itself_may_look(self):
        self.assertEqual(self.metrics().status_code, 200)
        for headers in (
            PROXIED,
            {"X-Real-Ip": "127.0.0.1"},
            {"Forwarded": "for=127.0.0.1"},
            {"X-Forwarded-Host": "example.com"},
        ):
            self.assertFailure(self.metrics(**headers), 403, "forbidden")

    def test_the_token_opens_it_from_elsewhere(self):
        with patch.dict(os.environ, FYNLO_METRICS_TOKEN="look-at-me"):
            opened = self.metrics(Authorization="Bearer look-at-me", **PROXIED)
            self.assertEqual(opened.status_code, 200)
            for wrong in ("Bearer look-at-you", "Bearer ", "look-at-me", "Bearer é"):
                refused = self.metrics(Authorization=wrong.encode(), **PROXIED)
                self.assertFailure(refused, 403, "forbidden")
        refused = self.metrics(Authorization="Bearer ", **PROXIED)
        self.assertFailure(refused, 403, "forbidden")
