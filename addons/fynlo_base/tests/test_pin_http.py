from unittest.mock import patch

from odoo.tests import tagged

from ..engine import pins
from .common import PIN, WRONG_PIN, FynloHttpCase

UNKNOWN = "01930000-0000-7000-8000-000000000000"


@tagged("post_install", "-at_install")
class TestPinHttp(FynloHttpCase):
    def setUp(self):
        super().setUp()
        self.till = self.token_for(self.device)

    def sign_in(self, pin=PIN, token=None, **name):
        name = name or {"employeeId": self.ada.fynlo_uuid}
        return self.api("POST", "/auth/pin", {"pin": pin, **name}, token or self.till)

    def test_pin_gives_an_access_token_of_the_employee(self):
        data = self.assertSuccess(self.sign_in())
        employee = {"id": self.ada.fynlo_uuid, "name": "Ada", "role": "cashier"}
        self.assertEqual(data["employee"], employee)
        self.assertEqual((data["tokenType"], data["expiresIn"]), ("Bearer", 900))
        self.assertEqual(set(data), {"accessToken", "tokenType", "expiresIn", "employee"})
        self.assertSuccess(self.api("GET", "/auth/me", token=data["accessToken"]))
        refused = self.api("GET", "/devices", token=data["accessToken"])
        self.assertFailure(refused, 403, "forbidden")

    def test_a_badge_names_the_employee_too(self):
        self.ada.barcode = "042123456789"
        data = self.assertSuccess(self.sign_in(badge="042123456789"))
        self.assertEqual(data["employee"]["id"], self.ada.fynlo_uuid)
        self.assertFailure(self.sign_in(badge="no-such-badge"), 401, "pin_invalid")

    def test_badge_and_id_share_one_count(self):
        self.ada.barcode = "042123456789"
        for _ in range(3):
            self.assertFailure(self.sign_in(WRONG_PIN), 401, "pin_invalid")
        for _ in range(2):
            response = self.sign_in(WRONG_PIN, badge="042123456789")
            self.assertFailure(response, 401, "pin_invalid")
        self.assertFailure(self.sign_in(), 429, "locked_out")

    def test_bad_fields_are_named(self):
        for body, fields in (
            ({}, ["pin"]),
            ({"employeeId": "ada", "pin": "12"}, ["employeeId", "pin"]),
            ({"employeeId": UNKNOWN, "pin": 7391}, ["pin"]),
            ({"badge": "", "pin": "73a1"}, ["badge", "pin"]),
            ({"employeeId": UNKNOWN, "pin": PIN, "role": "owner"}, ["role"]),
        ):
            response = self.api("POST", "/auth/pin", body, self.till)
            self.assertFailure(response, 422, "invalid_fields", fields)
        for body in ({"pin": PIN}, {"pin": PIN, "employeeId": UNKNOWN, "badge": "1"}):
            response = self.api("POST", "/auth/pin", body, self.till)
            (error,) = self.assertFailure(response, 422, "invalid_fields")["errors"]
            self.assertEqual(error["message"], "send either employeeId or badge")

    def test_only_a_till_may_ask(self):
        body = {"employeeId": self.ada.fynlo_uuid, "pin": PIN}
        self.assertFailure(self.api("POST", "/auth/pin", body), 401, "token_missing")
        for who in (self.ada, self.sue, self.max, self.olga):
            response = self.sign_in(token=self.token_for(who))
            self.assertFailure(response, 403, "forbidden")
        sessions = self.env["fynlo.auth.session"].search([("employee_id", "=", self.ada.id)])
        self.assertEqual(len(sessions), 1)  # the one that made her token above

    def test_a_till_of_another_company_learns_nothing(self):
        foreign = self.sign_in(token=self.token_for(self.device_b))
        self.assertFailure(foreign, 401, "pin_invalid")

    def test_unknown_and_wrong_get_the_same_answer_after_the_same_work(self):
        cases = (
            {"pin": WRONG_PIN, "employeeId": self.ada.fynlo_uuid},
            {"pin": PIN, "employeeId": UNKNOWN},
            {"pin": PIN, "employeeId": self.bob.fynlo_uuid},
            {"pin": PIN, "badge": "no-such-badge"},
        )
        answers = set()
        for body in cases:
            with patch.object(pins, "_digest", wraps=pins._digest) as digest:
                response = self.api("POST", "/auth/pin", body, self.till)
            failure = self.assertFailure(response, 401, "pin_invalid")
            failure.pop("requestId")
            answers.add(str(failure))
            self.assertEqual(digest.call_count, 1)  # all the time it takes is in there
        self.assertEqual(len(answers), 1)

    def test_wrong_pins_are_counted_although_the_request_fails(self):
        for _ in range(5):
            self.assertFailure(self.sign_in(WRONG_PIN), 401, "pin_invalid")
        locked = self.sign_in()
        self.assertFailure(locked, 429, "locked_out")
        self.assertAlmostEqual(int(locked.headers["Retry-After"]), 300, delta=5)
        sessions = self.env["fynlo.auth.session"].search([("employee_id", "=", self.ada.id)])
        self.assertFalse(sessions)

    def test_no_answer_is_kept(self):
        body = {"employeeId": self.ada.fynlo_uuid, "pin": PIN}
        headers = {"Idempotency-Key": "sign-me-in-once"}
        tokens = set()
        for _ in range(2):
            response = self.api("POST", "/auth/pin", body, self.till, headers=headers)
            tokens.add(self.assertSuccess(response)["accessToken"])
        self.assertEqual(len(tokens), 2)
        self.assertFalse(self.env["fynlo.idempotency"].sudo().search([]))

    def test_a_new_pin_shuts_the_old_token_out(self):
        token = self.assertSuccess(self.sign_in())["accessToken"]
        self.ada._fynlo_set_pin("8264")
        self.assertFailure(self.api("GET", "/auth/me", token=token), 401, "token_invalid")
