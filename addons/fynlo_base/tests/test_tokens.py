import os
from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from ..engine import secrets, tokens
from ..exceptions import NotConfiguredError
from . import forgeries

NOW = 1_800_000_000
KID = "0123456789abcdef"
SECRET = "a secret of thirty-two characters"


@tagged("post_install", "-at_install")
class TestTokens(BaseCase):
    """The engine alone, with a clock of its own."""

    def setUp(self):
        super().setUp()
        self.private_key = tokens.load_private_key(tokens.make_private_key())
        self.claims = {"iss": "fynlo:a", "sub": "user", "sid": "session", "role": "owner"}
        self.keys = self.keys_until(float("inf"))
        self.token = tokens.sign(self.private_key, KID, self.claims, NOW)

    def keys_until(self, expires_at_s):
        public_key = self.private_key.public_key()
        return {tokens.make_header(KID): tokens.VerifyKey(public_key, expires_at_s)}

    def verify(self, token=None, now_s=NOW, keys=None, issuer="fynlo:a"):
        return tokens.verify(token or self.token, keys or self.keys, issuer, now_s)

    def test_a_token_says_what_was_signed(self):
        claims = dict(self.verify())
        self.assertEqual(len(claims.pop("jti")), 16)
        times = {"iat": NOW, "nbf": NOW, "exp": NOW + 900}
        self.assertEqual(claims, self.claims | {"aud": "fynlo-api"} | times)

    def test_a_token_is_for_those_it_names(self):
        pages = tokens.REALTIME_AUDIENCE
        token = tokens.sign(self.private_key, KID, self.claims, NOW, pages)
        with self.assertRaises(tokens.TokenError):
            self.verify(token)
        both = (tokens.AUDIENCE, pages)
        for each in (token, self.token):
            tokens.verify(each, self.keys, "fynlo:a", NOW, audiences=both)
        for audience in (["fynlo-api"], [pages], {}, None, "", "fynlo-api fynlo-realtime"):
            forged = tokens.sign(self.private_key, KID, self.claims, NOW, audience)
            with self.subTest(audience=audience), self.assertRaises(tokens.TokenError):
                tokens.verify(forged, self.keys, "fynlo:a", NOW, audiences=both)

    def test_no_two_tokens_are_the_same(self):
        self.assertNotEqual(self.token, tokens.sign(self.private_key, KID, self.claims, NOW))

    def test_it_lives_fifteen_minutes_and_the_leeway(self):
        self.verify(now_s=NOW + 904)
        with self.assertRaises(tokens.TokenTimeError):
            self.verify(now_s=NOW + 905)

    def test_another_servers_clock_may_be_a_little_behind(self):
        self.verify(now_s=NOW - 5)
        with self.assertRaises(tokens.TokenError):
            self.verify(now_s=NOW - 6)

    def test_a_retired_key_verifies_until_its_end(self):
        self.verify(keys=self.keys_until(NOW))
        with self.assertRaises(tokens.TokenError):
            self.verify(keys=self.keys_until(NOW - 1))

    def test_a_signature_is_computed_once(self):
        known = {}
        first = tokens.verify(self.token, self.keys, "fynlo:a", NOW, known)
        with patch.object(tokens.jwt, "decode", side_effect=AssertionError("asked again")):
            again = tokens.verify(self.token, self.keys, "fynlo:a", NOW, known)
        self.assertEqual(first, again)
        self.assertNotIn(self.token, str(known))
        with self.assertRaises(TypeError):
            again["role"] = "owner"

    def test_a_known_token_ends_like_another(self):
        known = {}
        tokens.verify(self.token, self.keys, "fynlo:a", NOW, known)
        with self.assertRaises(tokens.TokenTimeError):
            tokens.verify(self.token, self.keys, "fynlo:a", NOW + 905, known)
        for keys in (self.keys_until(NOW - 1), {}):
            with self.assertRaises(tokens.TokenError):
                tokens.verify(self.token, keys, "fynlo:a", NOW, known)

    def test_a_known_token_lends_its_name_to_no_forgery(self):
        known = {}
        token = tokens.sign(self.private_key, KID, self.claims | {"role": "cashier"}, NOW)
        tokens.verify(token, self.keys, "fynlo:a", NOW, known)
        for name, forged in forgeries.forge_bodies(token):
            with self.subTest(name), self.assertRaises(tokens.TokenError):
                tokens.verify(forged, self.keys, "fynlo:a", NOW, known)
        self.assertEqual(len(known), 1)

    def test_what_is_known_is_bounded(self):
        known = {}
        with patch.object(tokens, "_KNOWN_LIMIT", 2):
            for _ in range(5):
                token = tokens.sign(self.private_key, KID, self.claims, NOW)
                tokens.verify(token, self.keys, "fynlo:a", NOW, known)
        self.assertLessEqual(len(known), 2)

    def test_another_issuer_is_refused(self):
        with self.assertRaises(tokens.TokenError):
            self.verify(issuer="fynlo:b")

    def test_an_oversized_token_is_refused(self):
        big = tokens.sign(self.private_key, KID, self.claims | {"x": "y" * 1500}, NOW)
        self.assertGreater(len(big), tokens.MAX_LENGTH)
        with self.assertRaises(tokens.TokenError):
            self.verify(big)

    def test_a_published_key_verifies(self):
        jwk = tokens.make_jwk(self.private_key.public_key(), KID)
        self.assertEqual((jwk["alg"], jwk["use"], jwk["kid"]), ("ES256", "sig", KID))
        self.assertNotIn("d", jwk)
        keys = {tokens.make_header(KID): tokens.VerifyKey(tokens.load_jwk(jwk), float("inf"))}
        self.verify(keys=keys)

    def test_forgeries_raise_nothing_else(self):
        forged = list(forgeries.forge_bodies(self.token))
        forged += forgeries.forge_headers(self.token, self.private_key.public_key())
        accepted = []
        for name, token in forged:
            try:
                self.verify(token)
            except tokens.TokenError:
                continue
            accepted.append(name)
        self.assertEqual(accepted, ["role raised"])  # it was owner before: the same token


@tagged("post_install", "-at_install")
class TestSecrets(BaseCase):
    def setUp(self):
        super().setUp()
        names = ("FYNLO_SECRET_KEY", "FYNLO_SECRET_KEY_FILE")
        clean = {key: value for key, value in os.environ.items() if key not in names}
        self.enterContext(patch.dict(os.environ, clean, clear=True))

    def test_derived_keys_are_stable_and_unrelated(self):
        os.environ["FYNLO_SECRET_KEY"] = SECRET
        # HKDF-SHA256 (RFC 5869) without salt, info "fynlo:a", from its two HMACs.
        expected = "e16d78342620bc76248e038db629011a34c2bb451243f4ce21cc2ad8de8cbe8d"
        self.assertEqual(secrets.derive("a").hex(), expected)
        self.assertNotEqual(secrets.derive("a"), secrets.derive("b"))

    def test_what_was_encrypted_is_read_for_the_same_purpose_only(self):
        os.environ["FYNLO_SECRET_KEY"] = SECRET
        sealed = secrets.encrypt("a", b"plain")
        self.assertNotIn(b"plain", sealed)
        self.assertEqual(secrets.decrypt("a", sealed), b"plain")
        changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
        for purpose, text in (("b", sealed), ("a", changed), ("a", b""), ("a", sealed[:12])):
            with self.assertRaises(secrets.UndecryptableError):
                secrets.decrypt(purpose, text)
        os.environ["FYNLO_SECRET_KEY"] = SECRET[::-1]
        with self.assertRaises(secrets.UndecryptableError):
            secrets.decrypt("a", sealed)

    def test_the_secret_may_lie_in_a_file_or_in_odoo_conf(self):
        os.environ["FYNLO_SECRET_KEY"] = SECRET
        expected = secrets.derive("a")
        del os.environ["FYNLO_SECRET_KEY"]
        with patch.object(secrets, "config", {"fynlo_secret_key": SECRET}):
            self.assertEqual(secrets.derive("a"), expected)
        with patch.object(secrets.Path, "read_text", lambda _path: f"{SECRET}\n"):
            os.environ["FYNLO_SECRET_KEY_FILE"] = "/run/secrets/fynlo"
            self.assertEqual(secrets.derive("a"), expected)

    def test_without_a_good_secret_nothing_works(self):
        with patch.object(secrets, "config", dict(config.options, fynlo_secret_key=None)):
            for value in ("", "short" * 6):
                os.environ["FYNLO_SECRET_KEY"] = value
                self.assertFalse(secrets.is_configured())
                with self.assertRaises(NotConfiguredError):
                    secrets.derive("a")
            os.environ["FYNLO_SECRET_KEY_FILE"] = "/nowhere"
            del os.environ["FYNLO_SECRET_KEY"]
            self.assertFalse(secrets.is_configured())
