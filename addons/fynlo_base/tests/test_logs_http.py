import io
import json
import logging
import time
from contextlib import contextmanager

from odoo.tests import tagged

from ..json_log import JsonFormatter
from .common import OLGA_PASSWORD, FynloHttpCase

ACCESS_LOGGER = "odoo.addons.fynlo_base.access"


@contextmanager
def captured():
    """Yield a stream that gets what a JSON log file would get, debugging included."""
    stream, root, ours = io.StringIO(), logging.getLogger(), logging.getLogger("odoo.addons")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    levels = [(logger, logger.level) for logger in (root, ours)]
    root.addHandler(handler)
    for logger, level in ((root, logging.INFO), (ours, logging.DEBUG)):
        logger.setLevel(level)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        for logger, level in levels:
            logger.setLevel(level)


@tagged("post_install", "-at_install")
class TestLogsHttp(FynloHttpCase):
    def access_lines(self, stream, count):
        """Return the lines of ``count`` requests; each is written just after its answer."""
        deadline = time.monotonic() + 5
        while True:
            lines = map(json.loads, stream.getvalue().splitlines())
            found = [line for line in lines if line["logger"] == ACCESS_LOGGER]
            if len(found) >= count or time.monotonic() > deadline:
                self.assertEqual(len(found), count)
                return found
            time.sleep(0.01)

    def test_a_request_is_one_line_that_tells_who_and_how_long(self):
        token = self.token_for(self.ada)
        headers = {"X-Request-Id": "test-request-4711"}
        with captured() as stream:
            self.api("GET", "/auth/me", token=token, headers=headers)
            (line,) = self.access_lines(stream, 1)
        told = {key: line[key] for key in ("method", "route", "status", "code", "replay")}
        self.assertEqual(
            told,
            {"method": "GET", "route": "/auth/me", "status": 200, "code": None, "replay": False},
        )
        self.assertEqual(line["request_id"], "test-request-4711")
        self.assertEqual(line["message"], "GET /auth/me 200")
        who = (line["user"], line["employee"], line["device"])
        user = self.company._fynlo_technical_user("cashier")
        self.assertEqual(who, (user.id, self.ada.id, self.device.id))
        self.assertGreater(line["duration_ms"], line["db_ms"])
        self.assertGreaterEqual(line["queries"], 1)

    def test_a_refusal_tells_its_code_and_route(self):
        with captured() as stream:
            self.api("GET", "/audit", token=self.token_for(self.ada))
            self.api("GET", "/audit")
            self.api("GET", "/nothing/4711")
            lines = self.access_lines(stream, 3)
        told = [(line["route"], line["status"], line["code"]) for line in lines]
        self.assertEqual(
            told,
            [
                ("/audit", 403, "forbidden"),
                ("/audit", 401, "token_missing"),
                ("(none)", 404, "not_found"),
            ],
        )

    def test_no_secret_reaches_the_log(self):
        """Every field of the three ways to sign in holds something to be found."""
        till = self.token_for(self.device)
        planted = {
            "password": "planted-password-1",
            "totp": "918273",
            "pin": "5599",
            "badge": "planted-badge-1",
            "code": "PLANTEDCODE1",
            "refreshToken": "planted-refresh-1",
        }
        names = {"employeeId": self.ada.fynlo_uuid, "name": "Till", "platform": "ios"}
        with captured() as stream:
            calls = [
                ("/auth/login", {"login": "olga", "password": planted["password"]}),
                ("/auth/login", {"login": "olga", "password": OLGA_PASSWORD}),
                ("/auth/login", {"login": "olga", "password": "x", "totp": planted["totp"]}),
                ("/auth/refresh", {"refreshToken": planted["refreshToken"]}),
                ("/auth/pin", {"employeeId": names["employeeId"], "pin": planted["pin"]}),
                ("/auth/pin", {"badge": planted["badge"], "pin": planted["pin"]}),
                ("/devices/pair", {"code": planted["code"], "name": "Till", "platform": "ios"}),
                ("/auth/pin", {**names, **planted}),
                ("/auth/login", {**names, **planted}),
                ("/devices/pair", {**names, **planted}),
            ]
            statuses = [
                self.api("POST", path, body, till if path == "/auth/pin" else None).status_code
                for path, body in calls
            ]
            self.access_lines(stream, len(calls))
        self.assertEqual(statuses[1], 200)
        self.assertLess(max(statuses), 500, statuses)
        log = stream.getvalue()
        for secret in (*planted.values(), OLGA_PASSWORD, till):
            self.assertNotIn(secret, log)
