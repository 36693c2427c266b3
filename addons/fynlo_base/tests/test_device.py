import base64
from datetime import timedelta
from uuid import UUID

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..engine import pairing, secrets
from ..exceptions import ForbiddenError, PairingCodeInvalidError
from ..schemas.devices import DevicePair, DeviceQuery
from .common import FynloCase

ADDRESS = "192.0.2.7"


@tagged("post_install", "-at_install")
class TestDevice(FynloCase):
    def issue(self, who=None, store=None):
        env = self.env_as(who or self.max)
        store = (store or self.store).with_env(env)
        return env["fynlo.pairing.code"]._fynlo_issue(store)

    def pair(self, code, name="Bar", platform="ios"):
        command = DevicePair(code=code, name=name, platform=platform)
        public = self.env.ref("base.public_user")
        devices = self.env["fynlo.device"].with_user(public)
        return devices._fynlo_pair(command, ADDRESS)

    def test_pairing_gives_a_till_of_that_store(self):
        code, _record = self.issue(self.olga, self.store_2)
        device, tokens = self.pair(code)
        self.assertEqual(device.name, "Bar")
        self.assertEqual(device.platform, "ios")
        self.assertEqual(device.state, "active")
        self.assertEqual(device.config_id, self.store_2)
        self.assertEqual(device.company_id, self.company)
        self.assertEqual(device.number, self.company.fynlo_last_device_number)
        self.assertEqual(UUID(device.fynlo_uuid).version, 7)
        session = self.env["fynlo.auth.session"].search([("device_id", "=", device.id)])
        self.assertEqual(session.role, "device")
        self.assertEqual(session.user_id, self.company._fynlo_technical_user("device"))
        self.assertEqual(session.store_ids, self.store_2)
        self.assertTrue(tokens.access_token and tokens.refresh_token)

    def test_a_code_is_good_once(self):
        code, _record = self.issue()
        self.pair(code)
        with self.assertRaises(PairingCodeInvalidError):
            self.pair(code)
        self.assertEqual(self.env["fynlo.device"].search_count([("name", "=", "Bar")]), 1)

    def test_a_code_is_good_for_ten_minutes(self):
        code, record = self.issue()
        life = record.expires_at - fields.Datetime.now()
        self.assertAlmostEqual(life.total_seconds(), 600, delta=5)
        record.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        record.flush_recordset()
        with self.assertRaises(PairingCodeInvalidError):
            self.pair(code)

    def test_a_code_is_stored_as_a_keyed_hash(self):
        code, record = self.issue()
        self.assertEqual(record.code_hash, pairing.hash_code(secrets.derive("pairing"), code))
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM fynlo_pairing_code WHERE id = %s", [record.id])
        self.assertNotIn(code, str(self.env.cr.fetchone()))

    def test_a_code_may_be_typed_in_small_letters_with_spaces(self):
        code, _record = self.issue()
        device, _tokens = self.pair(f"{code[:4].lower()} {code[4:].lower()}")
        self.assertEqual(device.config_id, self.store)

    def test_only_a_manager_makes_codes(self):
        for who in (self.ada, self.sue, self.device):
            with self.assertRaises(ForbiddenError):
                self.issue(who)
        self.assertFalse(self.env["fynlo.pairing.code"].search([]))

    def test_no_code_for_another_company(self):
        with self.assertRaises(AccessError):
            self.issue(self.max, self.store_b)

    def test_numbers_count_in_each_company_and_are_never_used_twice(self):
        last = self.device_2.number
        self.assertEqual(self.device.number, last - 1)
        self.assertEqual(self.device_b.number, 1)
        newest = self._make_device("Till 3", self.store)
        self.assertEqual(newest.number, last + 1)
        newest.unlink()
        self.assertEqual(self._make_device("Till 4", self.store).number, last + 2)

    def test_a_number_is_unique_in_its_company(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.device_2.number = self.device.number
            self.device_2.flush_recordset()

    def test_revoking_ends_the_tills_sessions_at_once(self):
        env = self.env_as(self.max)
        self.token_for(self.device)
        self.token_for(self.ada)
        self.token_for(self.device_2)
        self.device.with_env(env)._fynlo_revoke()
        self.assertEqual(self.device.state, "revoked")
        sessions = self.env["fynlo.auth.session"].search([])
        ended = sessions.filtered("revoked_at")
        self.assertEqual(ended.device_id, self.device)
        self.assertEqual(len(ended), 2)
        self.assertEqual(set(ended.mapped("role")), {"device", "cashier"})

    def test_only_a_manager_revokes(self):
        for who in (self.ada, self.sue, self.device):
            with self.assertRaises(ForbiddenError):
                self.device.with_env(self.env_as(who))._fynlo_revoke()
        self.assertEqual(self.device.state, "active")

    def test_a_manager_may_rename_a_till_and_nothing_else(self):
        device = self.device.with_env(self.env_as(self.max))
        device.name = "Counter"
        self.assertEqual(self.device.name, "Counter")
        for vals in ({"state": "revoked"}, {"config_id": self.store_2.id}, {"number": 77}):
            with self.assertRaises(AccessError):
                device.write({"name": "Other", **vals})
        with self.assertRaises(AccessError):
            device.unlink()

    def test_a_page_counts_and_sorts(self):
        env = self.env_as(self.olga)
        query = DeviceQuery(sortBy="number", sortOrder="desc", limit=1, page=2)
        devices, total = env["fynlo.device"]._fynlo_page(query)
        self.assertEqual(devices, self.device.with_env(env))
        self.assertEqual(total, 2)

    def test_the_dialog_shows_a_code_that_pairs_and_keeps_none(self):
        wizard = self.env_as(self.olga)["fynlo.pair.wizard"].create({"config_id": self.store_2.id})
        shown = wizard.action_fynlo_show_code()["context"]
        self.assertRegex(shown["default_code"], r"^[2-9A-Z]{4} [2-9A-Z]{4}$")
        self.assertIn(b"<svg", base64.b64decode(shown["default_qr_code"]))
        self.assertFalse(wizard.code)
        self.assertFalse(wizard.qr_code)
        device, _tokens = self.pair(shown["default_code"])
        self.assertEqual(device.config_id, self.store_2)

    def test_being_heard_of_is_noted_once_a_minute(self):
        self.device._fynlo_touch()
        seen = self.device.last_seen_at
        self.assertTrue(seen)
        self.device.sudo().last_seen_at = seen - timedelta(seconds=59)
        self.device.flush_recordset()
        self.device._fynlo_touch()
        self.assertEqual(self.device.last_seen_at, seen - timedelta(seconds=59))
        self.device.sudo().last_seen_at = seen - timedelta(seconds=61)
        self.device.flush_recordset()
        self.device._fynlo_touch()
        self.assertGreaterEqual(self.device.last_seen_at, seen)
