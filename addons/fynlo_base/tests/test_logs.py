import json
import logging
import sys

from odoo.tests import BaseCase, tagged

from ..json_log import JsonFormatter, RedactingFormatter, redact

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"


@tagged("post_install", "-at_install")
class TestRedaction(BaseCase):
    def test_secrets_are_blacked_out(self):
        for text, expected in (
            ('{"pin": "7391"}', '{"pin": "***"}'),
            ("{'pin': '7391', 'name': 'Ada'}", "{'pin': '***', 'name': 'Ada'}"),
            ('{"password":"a\\"b c","login":"olga"}', '{"password":"***","login":"olga"}'),
            (r"{\"newPassword\": \"x y\"}", r"{\"newPassword\": \"***\"}"),
            ("refresh_token=abc.def&x=1", "refresh_token=***&x=1"),
            ("refreshToken: 'abc'", "refreshToken: '***'"),
            ("pin=7391, totp=123456", "pin=***, totp=***"),
            ('"badge": "0421"', '"badge": "***"'),
            ('{"code": "PLANTED7"}', '{"code": "***"}'),
            ("Authorization: Bearer abc-DEF_1.2", "Authorization: Bearer ***"),
            (f"got {JWT} from 10.0.0.1", "got *** from 10.0.0.1"),
        ):
            with self.subTest(text):
                self.assertEqual(redact(text), expected)

    def test_other_words_stay(self):
        for text in (
            "GET /orders 200 pinned=1 shipping: express",
            "status=200 code=token_missing duration_ms=1.5",
            "Modules loaded.",
            "the token of the till",
        ):
            self.assertEqual(redact(text), text)


@tagged("post_install", "-at_install")
class TestFormatters(BaseCase):
    def record(self, message, *args, facts=None, error=None):
        record = logging.LogRecord("test", logging.INFO, "x.py", 1, message, args, error)
        if facts:
            record.fynlo = facts
        return record

    def failure(self):
        try:
            raise ValueError("pin=7391")
        except ValueError:
            return sys.exc_info()

    def test_json_is_one_line_with_the_facts(self):
        line = JsonFormatter().format(
            self.record("GET %s\nsecond line", "/orders", facts={"status": 200, "store": None})
        )
        self.assertNotIn("\n", line)
        document = json.loads(line)
        self.assertRegex(document.pop("time"), r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        document.pop("pid")
        self.assertEqual(
            document,
            {
                "level": "INFO",
                "logger": "test",
                "db": None,
                "message": "GET /orders\nsecond line",
                "status": 200,
                "store": None,
            },
        )

    def test_a_traceback_is_redacted_too(self):
        record = self.record("failed", error=self.failure())
        document = json.loads(JsonFormatter().format(record))
        self.assertIn("ValueError: pin=***", document["traceback"])
        text = RedactingFormatter(logging.Formatter("%(message)s")).format(record)
        self.assertIn("ValueError: pin=***", text)
        self.assertNotIn("7391", text)

    def test_plain_lines_end_with_the_facts(self):
        facts = {"request_id": "r-1", "status": 200, "store": None, "replay": False}
        formatter = RedactingFormatter(logging.Formatter("%(levelname)s %(message)s"))
        line = formatter.format(self.record("GET /orders", facts=facts))
        self.assertEqual(line, "INFO GET /orders request_id=r-1 status=200")
