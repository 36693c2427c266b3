import base64
import json
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.modules.module import get_module_path
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..engine import tokens
from ..exceptions import NotConfiguredError
from . import forgeries
from .common import FynloCase

CLAIMS = {"sub": "user", "sid": "session", "role": "owner"}
KEY_LOGGER = "odoo.addons.fynlo_base.models.fynlo_signing_key"


def kid_of(token):
    return json.loads(forgeries.decode(token.split(".")[0]))["kid"]


@tagged("post_install", "-at_install")
class TestSigningKey(FynloCase):
    def setUp(self):
        super().setUp()
        self.keys = self.env["fynlo.signing.key"].sudo()
        self.keys._fynlo_ensure_current()

    def key(self, state):
        return self.keys.search([("state", "=", state)], limit=1)

    def published(self):
        return [jwk["kid"] for jwk in self.keys._fynlo_list_jwks()["keys"]]

    def test_the_next_key_is_published_before_it_signs(self):
        following = self.key("next").kid
        self.assertIn(following, self.published())
        self.assertEqual(kid_of(self.keys._fynlo_sign(CLAIMS)), self.key("current").kid)
        self.keys._fynlo_rotate()
        self.assertEqual(kid_of(self.keys._fynlo_sign(CLAIMS)), following)

    def test_a_rotated_key_verifies_its_last_tokens_and_no_longer(self):
        old = self.key("current")
        token = self.keys._fynlo_sign(CLAIMS)
        before = fields.Datetime.now()
        self.keys._fynlo_rotate()
        self.assertEqual(old.state, "retired")
        self.assertEqual(self.keys._fynlo_verify(token)["sub"], "user")
        self.assertIn(old.kid, self.published())
        left = old.expires_at - before
        self.assertIn(left, (timedelta(seconds=905), timedelta(seconds=906)))
        old.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.registry.clear_cache()
        self.assertNotIn(old.kid, self.published())
        with self.assertRaises(tokens.TokenError):
            self.keys._fynlo_verify(token)

    def test_the_key_in_memory_expires_without_a_look_at_the_database(self):
        token = self.keys._fynlo_sign(CLAIMS)
        self.keys._fynlo_rotate()
        self.keys._fynlo_verify(token)  # fills the memory
        later = fields.Datetime.now().timestamp() + 910
        with patch("time.time", lambda: later), self.assertRaises(tokens.TokenError):
            self.keys._fynlo_verify(token)

    def test_the_cron_rotates_after_thirty_days_only(self):
        current = self.key("current")
        self.keys._cron_rotate()
        self.assertEqual(self.key("current"), current)
        current.signs_since = fields.Datetime.now() - timedelta(days=30, seconds=1)
        following = self.key("next")
        self.keys._cron_rotate()
        self.assertEqual(self.key("current"), following)
        self.assertEqual(len(self.keys.search([("state", "=", "next")])), 1)

    def test_the_cron_drops_what_verifies_nothing(self):
        old = self.key("current")
        self.keys._fynlo_rotate()
        old.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.keys._cron_rotate()
        self.assertFalse(old.exists())

    @mute_logger("odoo.sql_db")
    def test_there_is_one_current_key(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.keys._fynlo_make("current")

    def test_the_private_key_is_encrypted_and_hidden(self):
        key = self.key("current")
        sealed = base64.b64decode(key.private_key)
        with self.assertRaises(ValueError):
            tokens.load_private_key(sealed)
        self.assertNotIn("private_key", repr(self.keys._fynlo_ring()))
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            key.with_user(admin).read(["private_key"])
        self.assertEqual(key.with_user(admin).read(["kid"])[0]["kid"], key.kid)

    def test_one_key_does_not_decrypt_as_another(self):
        current, following = self.key("current"), self.key("next")
        current.private_key = following.private_key
        self.assertFalse(current._fynlo_can_decrypt())
        self.assertTrue(following._fynlo_can_decrypt())

    @mute_logger(KEY_LOGGER)
    def test_after_a_lost_secret_new_keys_sign_and_old_tokens_die(self):
        token = self.keys._fynlo_sign(CLAIMS)
        old = self.key("current") | self.key("next")
        with patch.dict("os.environ", {"FYNLO_SECRET_KEY": "another secret, " * 3}):
            self.env.registry.clear_cache()
            fresh = self.keys._fynlo_sign(CLAIMS)
            self.assertEqual(self.keys._fynlo_verify(fresh)["sub"], "user")
            with self.assertRaises(tokens.TokenError):
                self.keys._fynlo_verify(token)
        self.assertEqual(set(old.mapped("state")), {"retired"})
        self.assertFalse(set(old.mapped("kid")) & set(self.published()))

    def test_without_a_secret_signing_says_so_and_verifying_goes_on(self):
        token = self.keys._fynlo_sign(CLAIMS)
        self.env.registry.clear_cache()
        with patch.dict("os.environ", {"FYNLO_SECRET_KEY": ""}):
            self.assertEqual(self.keys._fynlo_verify(token)["sub"], "user")
            with self.assertRaisesRegex(NotConfiguredError, "FYNLO_SECRET_KEY"):
                self.keys._fynlo_sign(CLAIMS)
        self.assertEqual(self.key("current").kid, kid_of(token))

    def test_a_manager_cannot_rotate_nor_read_keys(self):
        manager = self._make_user("mia", "manager")
        keys = self.env["fynlo.signing.key"].with_user(manager)
        with self.assertRaises(AccessError):
            keys.action_rotate()
        with self.assertRaises(AccessError):
            keys.search([])

    def test_the_button_rotates(self):
        following = self.key("next")
        self.env["fynlo.signing.key"].with_user(self.env.ref("base.user_admin")).action_rotate()
        self.assertEqual(following.state, "current")

    def test_a_neutralised_copy_neither_signs_for_production_nor_trusts_it(self):
        token = self.token_for(self.olga)
        issuer = self.keys._fynlo_ring().issuer
        script = Path(get_module_path("fynlo_base"), "data/neutralize.sql").read_text()
        self.env.flush_all()
        self.env.cr.execute(script)
        self.env.invalidate_all()
        self.env.registry.clear_all_caches()
        with self.assertRaises(tokens.TokenError):
            self.keys._fynlo_verify(token)
        self.assertNotEqual(self.keys._fynlo_ring().issuer, issuer)
        sessions = self.env["fynlo.auth.session"].sudo().search([])
        self.assertEqual(set(sessions.mapped("revoke_reason")), {"neutralized"})
        self.assertFalse(self.env["fynlo.refresh.token"].sudo().search([]))
        self.assertEqual(self.device.state, "revoked")
