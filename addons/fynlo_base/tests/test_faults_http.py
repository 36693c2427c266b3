from odoo.exceptions import AccessDenied, AccessError, MissingError, UserError
from odoo.tests import HttpCase, tagged
from psycopg2.errors import SerializationFailure, UniqueViolation

from ..http.transaction import MAX_TRIES


@tagged("post_install", "-at_install")
class TestFaults(HttpCase):
    """What a client and the log are told when a handler fails."""

    def ask(self, error, **headers):
        """Call a route whose handler raises ``error``; return the response and the tries."""
        tries = []

        def fail(_self):
            tries.append(1)
            raise error

        self.patch(self.registry["ir.http"], "_fynlo_openapi", fail)
        return self.url_open("/api/v1/openapi.json", headers=headers), len(tries)

    def test_a_fault_is_told_to_the_log_and_not_to_the_client(self):
        fault = ZeroDivisionError("the PIN is 7391")
        with (
            self.assertNoLogs("odoo.http", "WARNING"),
            self.assertLogs("odoo.addons", "WARNING") as logged,
        ):
            reply, tries = self.ask(fault, **{"X-Request-Id": "quote-me-please"})
        self.assertEqual((reply.status_code, tries), (500, 1))
        self.assertEqual(
            reply.json(),
            {
                "success": False,
                "code": "internal_error",
                "message": "The server failed. Quote the request id.",
                "errors": [],
                "details": {},
                "requestId": "quote-me-please",
            },
        )
        (record,) = logged.records
        self.assertIn("quote-me-please", record.getMessage())
        self.assertIs(record.exc_info[1], fault)

    def test_refusals_are_no_news(self):
        for error, status, code in (
            (UserError("The till is closed."), 422, "business_rule"),
            (AccessError("You cannot read res.users."), 403, "forbidden"),
            (AccessDenied(), 401, "token_invalid"),
            (MissingError("res.users(5,) is gone."), 404, "not_found"),
        ):
            with self.assertNoLogs("odoo", "WARNING"):
                reply, _ = self.ask(error)
            self.assertEqual((reply.status_code, reply.json()["code"]), (status, code))
            self.assertNotIn("res.users", reply.text)

    def test_who_is_always_in_the_way_is_told_to_come_back(self):
        with self.assertNoLogs("odoo", "WARNING"):
            reply, tries = self.ask(SerializationFailure())
        self.assertEqual((reply.status_code, reply.json()["code"]), (503, "busy"))
        self.assertEqual(reply.headers["Retry-After"], "1")
        self.assertEqual(tries, MAX_TRIES)

    def test_a_taken_value_is_a_conflict_after_a_second_look(self):
        with self.assertNoLogs("odoo", "WARNING"):
            reply, tries = self.ask(UniqueViolation())
        self.assertEqual((reply.status_code, reply.json()["code"]), (409, "conflict"))
        self.assertEqual(tries, 2)
