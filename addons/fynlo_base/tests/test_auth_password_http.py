from unittest.mock import patch

from odoo.tests import tagged

from .auth_case import AuthHttpCase

NEW_PASSWORD = " a space before and behind "


@tagged("post_install", "-at_install")
class TestPasswordHttp(AuthHttpCase):
    def reset(self, token, password=NEW_PASSWORD):
        return self.api("POST", "/auth/password/reset", {"token": token, "password": password})

    def make_token(self):
        self.olga.partner_id.signup_prepare(signup_type="reset")
        return self.olga.partner_id._generate_signup_token()

    def test_asking_answers_alike_for_everybody(self):
        users = type(self.env["res.users"])
        with patch.object(users, "action_reset_password") as sent:
            for email in ("olga@example.com", "olga", "nobody@example.com"):
                gate = f"reset:{email}"
                self.addCleanup(self.env["fynlo.lockout"]._fynlo_clear, gate)
                response = self.api("POST", "/auth/password/forgot", {"email": email})
                self.assertEqual(self.assertSuccess(response, 202), {})
            sent.assert_not_called()  # not before the answer

    def test_the_mail_goes_to_the_one_account(self):
        users = self.env["res.users"]
        self.env["ir.config_parameter"].sudo().set_param("auth_signup.reset_password", "True")
        self._make_user("paul", None)
        with patch.object(type(users), "action_reset_password", autospec=True) as sent:
            for email in ("olga", "olga@example.com", "nobody", "paul"):
                users._fynlo_mail_reset(email)
        self.assertEqual([call.args[0] for call in sent.call_args_list], [self.olga, self.olga])

    def test_no_mail_where_odoo_does_not_offer_it(self):
        users = self.env["res.users"]
        self.env["ir.config_parameter"].sudo().set_param("auth_signup.reset_password", "False")
        with patch.object(type(users), "action_reset_password") as sent:
            users._fynlo_mail_reset("olga")
        sent.assert_not_called()

    def test_asking_often_is_locked(self):
        gate = "reset:olga@example.com"
        self.addCleanup(self.env["fynlo.lockout"]._fynlo_clear, gate)
        for _ in range(5):
            body = {"email": "Olga@example.com"}
            self.assertSuccess(self.api("POST", "/auth/password/forgot", body), 202)
        self.assertFailure(self.api("POST", "/auth/password/forgot", body), 429, "locked_out")

    def test_the_token_of_the_mail_sets_the_password_once(self):
        old = self.token_for(self.olga)
        token = self.make_token()
        self.assertSuccess(self.reset(token))
        self.assertRefused(old)
        self.assertSuccess(self.login(password=NEW_PASSWORD))
        self.assertFailure(self.reset(token), 422, "reset_token_invalid")

    def test_a_forged_token_changes_nothing(self):
        good = self.make_token()
        for token in ("x", "=", "AAAA", "é", good[:-1], good[:20] + "x" + good[21:]):
            with self.subTest(token):
                self.assertFailure(self.reset(token), 422, "reset_token_invalid")
        self.assertSuccess(self.login())

    def test_an_invitation_makes_no_account_here(self):
        partner = self.env["res.partner"].create({"name": "Guest", "email": "guest@example.com"})
        partner.signup_prepare()
        token = partner._generate_signup_token()
        self.assertFailure(self.reset(token), 422, "reset_token_invalid")
        self.assertFalse(partner.user_ids)

    def test_a_short_password_is_refused(self):
        token = self.make_token()
        response = self.reset(token, "seven77")
        self.assertFailure(response, 422, "invalid_fields", {"password"})
        self.assertSuccess(self.login())
