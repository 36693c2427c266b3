from base64 import b32encode
from unittest.mock import patch

from odoo import fields
from odoo.addons.auth_totp.models.totp import TOTP, hotp
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.res_users_login import ADDRESS_POLICY, LOGIN_POLICY
from .auth_case import ADDRESS_GATE, AuthHttpCase, make_failures
from .common import OLGA_PASSWORD

NEW_PASSWORD = " a space before and behind "


@tagged("post_install", "-at_install")
class TestLogin(AuthHttpCase):
    def test_a_good_login_tells_who_and_where(self):
        data = self.assertSuccess(self.login(deviceName="Olga's iPad"))
        self.assertEqual((data["tokenType"], data["expiresIn"]), ("Bearer", 900))
        self.assertRegex(data["refreshToken"], r"^fyr_[A-Za-z0-9_-]{43}$")
        permissions = data["user"].pop("permissions")
        self.assertEqual(
            data["user"],
            {
                "id": self.olga.fynlo_uuid,
                "name": "Olga",
                "email": "olga@example.com",
                "role": "owner",
            },
        )
        self.assertIn("auth.end_session", permissions)
        self.assertIn("devices.revoke", permissions)
        self.assertNotIn("pin.sign_in", permissions)  # a till's alone
        self.assertNotIn("auth.login", permissions)  # anybody's
        stores = {store["id"]: store for store in data["stores"]}
        self.assertEqual(
            stores[self.store.fynlo_uuid],
            {
                "id": self.store.fynlo_uuid,
                "name": "Main Street",
                "currency": self.company.currency_id.name,
                "timezone": self.store._fynlo_timezone(),
            },
        )
        self.assertIn(self.store_2.fynlo_uuid, stores)
        self.assertNotIn(self.store_b.fynlo_uuid, stores)
        me = self.assertSuccess(self.api("GET", "/auth/me", token=data["accessToken"]))
        self.assertEqual(me["user"]["id"], self.olga.fynlo_uuid)
        self.assertEqual((me["employee"], me["deviceId"]), (None, None))
        self.assertEqual({store["id"] for store in me["stores"]}, set(stores))

    def test_wrong_password_and_unknown_login_answer_alike(self):
        wrong = self.assertFailure(self.login(password="not hers"), 401, "login_failed")
        unknown = self.assertFailure(self.login("nobody"), 401, "login_failed")
        for envelope in (wrong, unknown):
            envelope.pop("requestId")
        self.assertEqual(wrong, unknown)

    def test_an_unknown_login_costs_a_password_hash_too(self):
        context = type(self.env["res.users"]._crypt_context())
        with patch.object(context, "hash", property(lambda _self: hashed.append)):
            for login, expected in (("nobody", ["nobody"]), ("olga", [])):
                hashed = []
                self.login(login, "wrong")
                self.assertEqual(hashed, expected)

    def test_a_user_without_role_is_told_so_only_after_the_right_password(self):
        self._make_user("paul", None, password=OLGA_PASSWORD)
        self.assertFailure(self.login("paul", "wrong"), 401, "login_failed")
        self.assertFailure(self.login("paul"), 403, "no_fynlo_role")

    def test_the_role_of_a_till_is_no_role_for_a_person(self):
        self._make_user("paul", "device", password=OLGA_PASSWORD)
        self.assertFailure(self.login("paul"), 403, "no_fynlo_role")

    def test_a_portal_user_is_refused(self):
        portal = self._make_user("paul", None, password=OLGA_PASSWORD)
        portal.group_ids = self.env.ref("base.group_portal")
        self.assertFailure(self.login("paul"), 403, "no_fynlo_role")

    def test_an_archived_user_is_unknown(self):
        self.olga.active = False
        self.assertFailure(self.login(), 401, "login_failed")

    def test_a_technical_user_cannot_sign_in(self):
        technical = self.company._fynlo_technical_user("manager")
        self.env.cr.execute(
            "UPDATE res_users SET password = %s WHERE id = %s",
            (technical._crypt_context().hash(OLGA_PASSWORD), technical.id),
        )
        gate = f"login:{technical.login}"
        self.addCleanup(self.env["fynlo.lockout"]._fynlo_clear, gate)
        self.assertFailure(self.login(technical.login), 401, "login_failed")

    def test_five_wrong_passwords_shut_the_gate_for_the_right_one_too(self):
        for _ in range(LOGIN_POLICY.free_attempts):
            self.assertFailure(self.login(password="wrong"), 401, "login_failed")
        response = self.login()
        self.assertFailure(response, 429, "locked_out")
        self.assertIn(int(response.headers["Retry-After"]), range(50, 61))
        self.assertFalse(self.sessions_of(self.olga))

    def test_an_unknown_login_is_locked_alike(self):
        for _ in range(LOGIN_POLICY.free_attempts):
            self.assertFailure(self.login("nobody"), 401, "login_failed")
        self.assertFailure(self.login("nobody"), 429, "locked_out")

    def test_one_address_cannot_try_many_logins(self):
        for number in range(ADDRESS_POLICY.free_attempts):
            gate = f"login:guess{number}"
            self.addCleanup(self.env["fynlo.lockout"]._fynlo_clear, gate)
            self.env["fynlo.lockout"]._fynlo_attempt(ADDRESS_GATE, ADDRESS_POLICY)
        self.assertFailure(self.login("guess0"), 429, "locked_out")

    @mute_logger("odoo.addons.base.models.res_users")
    def test_odoos_own_cooldown_holds(self):
        failures = make_failures(**{"127.0.0.1": (10, fields.Datetime.now())})
        self.env.registry._login_failures = failures
        self.assertFailure(self.login(), 401, "login_failed")

    def test_a_good_login_forgets_the_wrong_ones(self):
        for _ in range(2):
            for _ in range(LOGIN_POLICY.free_attempts - 1):
                self.assertFailure(self.login(password="wrong"), 401, "login_failed")
            self.assertSuccess(self.login())

    def test_bad_fields_are_named(self):
        cases = {
            "{}": {"login", "password"},
            '{"login": "", "password": ""}': {"login", "password"},
            '{"login": 5, "password": null, "x": 1}': {"login", "password", "x"},
            '{"login": "a", "password": "b", "totp": "12345"}': {"totp"},
            '{"login": "a", "password": "b", "totp": 123456}': {"totp"},
            '{"login": "a", "password": "b", "deviceName": ""}': {"deviceName"},
        }
        for raw, names in cases.items():
            with self.subTest(raw):
                response = self.api("POST", "/auth/login", raw=raw.encode())
                self.assertFailure(response, 422, "invalid_fields", names)

    def test_the_password_stays_out_of_the_log(self):
        secret = "planted-marker-5521"
        with self.assertLogs("", "DEBUG") as logs:
            self.login(password=secret)
            self.login(password=secret, totp="x")
            self.api("POST", "/auth/login", {"login": "olga", "password": [secret]})
        self.assertFalse([line for line in logs.output if secret in line])

    def test_a_password_may_begin_with_a_space(self):
        self.olga.password = NEW_PASSWORD
        self.assertFailure(self.login(password=NEW_PASSWORD.strip()), 401, "login_failed")
        self.assertSuccess(self.login(password=NEW_PASSWORD))

    def sessions_of(self, user):
        return self.env["fynlo.auth.session"].sudo().search([("user_id", "=", user.id)])


@tagged("post_install", "-at_install")
class TestSecondFactor(AuthHttpCase):
    def setUp(self):
        super().setUp()
        self.secret = b"twenty secret bytes!"
        self.olga.sudo().totp_secret = b32encode(self.secret).decode()
        self.counter = int(fields.Datetime.now().timestamp() / 30)

    def code(self, step=0):
        return f"{hotp(self.secret, self.counter + step):06d}"

    def test_the_password_alone_is_not_enough(self):
        self.assertFailure(self.login(), 401, "totp_required")
        self.assertFalse(self.env["fynlo.auth.session"].search([("user_id", "=", self.olga.id)]))

    def test_the_code_signs_in_once(self):
        code = self.code()
        self.assertTrue(TOTP(self.secret).match(int(code)))
        self.assertSuccess(self.login(totp=code))
        self.assertFailure(self.login(totp=code), 401, "totp_invalid")

    def test_a_wrong_code_is_refused(self):
        wrong = f"{(int(self.code()) + 1) % 10**6:06d}"
        self.assertFailure(self.login(totp=wrong), 401, "totp_invalid")

    def test_a_code_does_not_replace_the_password(self):
        self.assertFailure(self.login(password="x", totp=self.code()), 401, "login_failed")

    def test_asking_for_the_code_first_does_not_use_up_the_attempts(self):
        for _ in range(LOGIN_POLICY.free_attempts + 1):
            self.assertFailure(self.login(), 401, "totp_required")
        self.assertSuccess(self.login(totp=self.code()))

    def test_asking_without_a_code_does_not_give_new_guesses(self):
        for _ in range(LOGIN_POLICY.free_attempts - 1):
            self.assertFailure(self.login(totp="000000"), 401, "totp_invalid")
        self.assertFailure(self.login(), 401, "totp_required")
        self.assertFailure(self.login(totp="000000"), 401, "totp_invalid")
        self.assertFailure(self.login(totp=self.code()), 429, "locked_out")

    def test_odoos_own_limit_holds(self):
        log = self.env["auth.totp.rate.limit.log"].sudo()
        for _ in range(5):
            log.create({"user_id": self.olga.id, "ip": "::1", "limit_type": "code_check"})
        self.assertFailure(self.login(totp=self.code()), 401, "totp_invalid")

    def test_codes_by_mail_are_not_for_tills(self):
        self.olga.sudo().totp_secret = False
        users = type(self.env["res.users"])
        with (
            patch.object(users, "_mfa_type", lambda _self: "totp_mail"),
            patch.object(users, "_mfa_url", lambda _self: "/web/login/totp"),
        ):
            self.assertFailure(self.login(totp="123456"), 401, "totp_required")
