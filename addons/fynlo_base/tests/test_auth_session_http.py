from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .auth_case import AuthHttpCase

UNKNOWN = "01930000-0000-7000-8000-000000000000"


@tagged("post_install", "-at_install")
class TestRefreshAndLogout(AuthHttpCase):
    def setUp(self):
        super().setUp()
        sessions = self.env["fynlo.auth.session"]
        self.pair = sessions._fynlo_open(self.olga, "owner", self.store, name="Desk")
        self.opened = sessions.sudo().search([("user_id", "=", self.olga.id)])

    def test_a_refresh_gives_a_new_pair_and_moves_the_end(self):
        self.opened.expires_at = fields.Datetime.now() + timedelta(hours=1)
        data = self.assertSuccess(self.refresh(self.pair.refresh_token))
        self.assertEqual(set(data), {"accessToken", "refreshToken", "tokenType", "expiresIn"})
        self.assertNotEqual(data["refreshToken"], self.pair.refresh_token)
        self.assertSuccess(self.api("GET", "/auth/me", token=data["accessToken"]))
        self.opened.invalidate_recordset()
        days = (self.opened.expires_at - fields.Datetime.now()) / timedelta(days=1)
        self.assertAlmostEqual(days, 30, 2)

    def test_the_same_question_soon_gets_the_same_answer(self):
        first = self.assertSuccess(self.refresh(self.pair.refresh_token))
        again = self.assertSuccess(self.refresh(self.pair.refresh_token))
        self.assertEqual(again["refreshToken"], first["refreshToken"])
        self.assertSuccess(self.refresh(again["refreshToken"]))

    def test_a_used_token_is_refused_once_its_successor_was_used(self):
        first = self.assertSuccess(self.refresh(self.pair.refresh_token))
        self.assertSuccess(self.refresh(first["refreshToken"]))
        self.assertFailure(self.refresh(self.pair.refresh_token), 401, "token_reused")

    def test_a_used_token_is_refused_after_the_grace(self):
        self.assertSuccess(self.refresh(self.pair.refresh_token))
        self.env.cr.execute("UPDATE fynlo_refresh_token SET used_at = used_at - interval '31 s'")
        self.assertFailure(self.refresh(self.pair.refresh_token), 401, "token_reused")

    def test_an_access_token_is_no_refresh_token(self):
        self.assertFailure(self.refresh(self.pair.access_token), 401, "token_invalid")
        self.assertFailure(self.refresh("fyr_" + "A" * 43), 401, "token_invalid")

    def test_the_refresh_token_of_a_finished_session_is_refused(self):
        endings = {
            "revoked": self.opened._fynlo_revoke,
            "expired": lambda: self.opened.write({"expires_at": fields.Datetime.now()}),
            "password": lambda: self.olga.write({"password": "another-password"}),
            "archived": lambda: self.olga.write({"active": False}),
        }
        for name, end in endings.items():
            with self.subTest(name):
                self.opened.write({"revoked_at": False, "expires_at": "2099-01-01 00:00:00"})
                self.opened.epoch = self.olga._fynlo_read_epoch()
                end()
                self.assertFailure(self.refresh(self.pair.refresh_token), 401, "token_invalid")

    def test_logout_ends_all_tokens_of_the_session_and_no_other(self):
        other = self.env["fynlo.auth.session"]._fynlo_open(self.olga, "owner", self.store)
        fresh = self.assertSuccess(self.refresh(self.pair.refresh_token))
        self.assertSuccess(self.api("POST", "/auth/logout", token=fresh["accessToken"]))
        for token in (self.pair.access_token, fresh["accessToken"]):
            self.assertRefused(token)
        self.assertFailure(self.refresh(fresh["refreshToken"]), 401, "token_invalid")
        self.assertSuccess(self.api("GET", "/auth/me", token=other.access_token))

    def test_the_store_list_follows_the_user_at_a_refresh(self):
        self.assertEqual(self.opened.store_ids, self.store)
        self.assertSuccess(self.refresh(self.pair.refresh_token))
        self.opened.invalidate_recordset()
        self.assertEqual(self.opened.store_ids, self.olga._fynlo_stores())

    @mute_logger("odoo.http")
    def test_without_a_secret_the_answer_is_503(self):
        with patch.dict("os.environ", {"FYNLO_SECRET_KEY": ""}):
            response = self.refresh(self.pair.refresh_token)
        envelope = self.assertFailure(response, 503, "not_configured")
        self.assertIn("FYNLO_SECRET_KEY", envelope["message"])
        self.assertSuccess(self.refresh(self.pair.refresh_token))


@tagged("post_install", "-at_install")
class TestSessionsHttp(AuthHttpCase):
    def open(self, user, name=None):
        sessions = self.env["fynlo.auth.session"]
        role = user._fynlo_role()
        token = sessions._fynlo_open(user, role, user._fynlo_stores(), name=name).access_token
        return token, sessions.sudo().search([("user_id", "=", user.id)], limit=1)

    def end(self, session, token):
        return self.api("DELETE", f"/auth/sessions/{session.fynlo_uuid}", token=token)

    def test_one_sees_and_ends_ones_own(self):
        token, desk = self.open(self.olga, "Desk")
        _, phone = self.open(self.olga, "Phone")
        self.open(self._make_user("mia", "manager"), "Mia's")
        data = self.assertSuccess(self.api("GET", "/auth/sessions", token=token))
        self.assertEqual((data["total"], data["page"], data["totalPages"]), (2, 1, 1))
        seen = [(row["id"], row["name"], row["isCurrent"]) for row in data["sessions"]]
        self.assertEqual(
            seen, [(phone.fynlo_uuid, "Phone", False), (desk.fynlo_uuid, "Desk", True)]
        )
        self.assertSuccess(self.end(phone, token))
        data = self.assertSuccess(self.api("GET", "/auth/sessions", token=token))
        self.assertEqual([row["name"] for row in data["sessions"]], ["Desk"])

    def test_nobody_sees_those_of_a_colleague_behind_the_same_technical_user(self):
        ada = self.token_for(self.ada)
        self._make_employee("Eve", "cashier")
        eve = self.token_for(self.env["hr.employee"].search([("name", "=", "Eve")]))
        mine = self.assertSuccess(self.api("GET", "/auth/sessions", token=ada))["sessions"]
        self.assertEqual(len(mine), 1)
        self.assertTrue(mine[0]["isCurrent"])
        response = self.api("DELETE", f"/auth/sessions/{mine[0]['id']}", token=eve)
        self.assertFailure(response, 404, "not_found")
        self.assertSuccess(self.api("GET", "/auth/me", token=ada))

    def test_an_owner_ends_those_of_the_company_and_of_no_other(self):
        owner, _ = self.open(self.olga)
        mia_token, mia = self.open(self._make_user("mia", "manager"))
        _, boris = self.open(self._make_user("boris", "owner", company=self.company_b))
        self.assertSuccess(self.end(mia, owner))
        self.assertRefused(mia_token)
        self.assertFailure(self.end(boris, owner), 404, "not_found")
        self.assertFalse(boris.revoked_at)

    def test_a_manager_ends_nobody_elses(self):
        manager, _ = self.open(self._make_user("mia", "manager"))
        token, olga = self.open(self.olga)
        self.assertFailure(self.end(olga, manager), 404, "not_found")
        self.assertSuccess(self.api("GET", "/auth/me", token=token))

    def test_an_unknown_session_is_404(self):
        token, _ = self.open(self.olga)
        response = self.api("DELETE", f"/auth/sessions/{UNKNOWN}", token=token)
        self.assertFailure(response, 404, "not_found")


@tagged("post_install", "-at_install")
class TestJwksHttp(AuthHttpCase):
    def test_the_public_keys_are_public(self):
        self.env["fynlo.signing.key"]._fynlo_ensure_current()
        response = self.api("GET", "/auth/jwks")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Cache-Control"], "public, max-age=300")
        self.assertNotIn("Set-Cookie", response.headers)
        keys = response.json()["keys"]
        self.assertEqual(len(keys), 2)
        for key in keys:
            self.assertEqual(set(key), {"kty", "crv", "x", "y", "kid", "alg", "use"})
