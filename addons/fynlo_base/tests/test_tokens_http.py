import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine import tokens
from . import forgeries
from .common import OLGA_PASSWORD, FynloHttpCase


@tagged("post_install", "-at_install")
class TestForgedTokens(FynloHttpCase):
    """Each forgery is sent to a route that would end the session, so that success would show."""

    def setUp(self):
        super().setUp()
        self.token = self.token_for(self.max)
        head, body, _signature = self.token.split(".")
        self.header = json.loads(forgeries.decode(head))
        self.claims = json.loads(forgeries.decode(body))
        ring = self.env["fynlo.signing.key"]._fynlo_ring()
        self.private_key = ring.private_key
        self.public_key = ring.private_key.public_key()
        self.signed_in = self.env["fynlo.auth.session"].sudo().search([], limit=1)

    def assertRefused(self, name, token, code="token_invalid"):
        with self.subTest(name):
            response = self.api(
                "POST", "/auth/logout", headers={"Authorization": f"Bearer {token}"}
            )
            self.assertFailure(response, 401, code)
            self.assertEqual(response.headers["WWW-Authenticate"], "Bearer")
            self.signed_in.invalidate_recordset()
            self.assertFalse(self.signed_in.revoked_at)

    def test_the_genuine_token_is_taken(self):
        rebuilt = forgeries.make(
            self.header, self.claims, lambda text: forgeries.sign_es256(self.private_key, text)
        )
        for token in (self.token, rebuilt):
            self.assertSuccess(self.api("GET", "/auth/me", token=token))
        self.assertSuccess(self.api("POST", "/auth/logout", token=rebuilt))
        self.assertRefusedAfterLogout()

    def assertRefusedAfterLogout(self):
        self.assertFailure(self.api("GET", "/auth/me", token=self.token), 401, "token_invalid")

    def test_a_forged_header_is_refused(self):
        names = set()
        for name, token in forgeries.forge_headers(self.token, self.public_key):
            names.add(name)
            self.assertRefused(name, token)
        self.assertEqual(len(names), 57)

    def test_our_own_signature_under_another_header_is_refused(self):
        forged = forgeries.forge_signed_headers(self.header, self.claims, self.private_key)
        for name, token in forged:
            self.assertRefused(name, token)

    def test_a_forged_payload_or_signature_is_refused(self):
        names = set()
        for name, token in forgeries.forge_bodies(self.token):
            names.add(name)
            self.assertRefused(name, token)
        self.assertEqual(len(names), 23)

    def test_a_signed_token_with_a_bad_claim_is_refused(self):
        bad = list(forgeries.sign_bad_claims(self.header, self.claims, self.private_key))
        self.assertEqual(len(bad), 22)
        for name, code, token in bad:
            self.assertRefused(name, token, code)

    def test_the_key_of_another_database_is_refused(self):
        other = tokens.load_private_key(tokens.make_private_key())
        claims = {"iss": self.claims["iss"], "sub": "a", "sid": self.claims["sid"], "role": "owner"}
        now = self.claims["iat"]
        self.assertRefused("its own kid", tokens.sign(other, "1234567890abcdef", claims, now))
        self.assertRefused("our kid", tokens.sign(other, self.header["kid"], claims, now))

    def test_a_deleted_key_is_refused_at_once(self):
        self.env["fynlo.signing.key"].sudo().search([("state", "=", "current")]).unlink()
        self.assertRefused("deleted key", self.token)

    def test_a_refresh_token_is_no_access_token(self):
        sessions = self.env["fynlo.auth.session"]
        pair = sessions._fynlo_open(self.olga, "owner", self.store)
        self.assertRefused("refresh token", pair.refresh_token)

    def test_no_token_is_named_so(self):
        for value in ("", "Bearer", "Bearer ", "Basic b2xnYTpvbGdh", self.token, "Token x"):
            with self.subTest(value):
                response = self.api("POST", "/auth/logout", headers={"Authorization": value})
                self.assertFailure(response, 401, "token_missing")
        self.assertFailure(self.api("POST", "/auth/logout"), 401, "token_missing")

    def test_a_token_elsewhere_does_not_count(self):
        response = self.api("GET", f"/auth/me?access_token={self.token}")
        self.assertFailure(response, 401, "token_missing")
        self.opener.cookies.set("access_token", self.token)
        response = self.api("GET", "/auth/me", headers={"X-Access-Token": self.token})
        self.assertFailure(response, 401, "token_missing")

    def test_a_web_session_alone_does_not_count(self):
        self.authenticate("olga", OLGA_PASSWORD)
        self.assertFailure(self.api("GET", "/auth/me"), 401, "token_missing")

    def test_the_token_counts_and_not_the_cookie_beside_it(self):
        self.authenticate("olga", OLGA_PASSWORD)
        data = self.assertSuccess(self.api("GET", "/auth/me", token=self.token_for(self.ada)))
        self.assertEqual(data["employee"]["name"], "Ada")

    @mute_logger("odoo.addons.fynlo_base.models.fynlo_signing_key")
    def test_nothing_in_a_token_reaches_the_log(self):
        with self.assertNoLogs("odoo", "WARNING"):
            self.assertRefused("log", forgeries.make(self.header, {"x": "\n\nERROR"}, b"a"))
