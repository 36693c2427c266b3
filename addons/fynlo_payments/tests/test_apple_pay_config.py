"""What owners set up: merchant, keys, certificates, domains; and what others may not."""

import base64
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from odoo import fields
from odoo.addons.fynlo_base.engine import secrets as vault
from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from psycopg2 import IntegrityError

from ..exceptions import ApplePayNotConfiguredError
from ..models.fynlo_apple_pay_certificate import ALERT_DAYS
from .apple_case import IDENTIFIER, make_certificate, make_merchant
from .peers.apple_ca import AppleAuthority


class _Config(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.apple = AppleAuthority()
        cls.provider = cls.env.ref("payment.payment_provider_stripe").copy(
            {"company_id": cls.company.id}
        )
        keys = {"stripe_secret_key": "sk_test_x", "stripe_publishable_key": "pk_test_x"}
        cls.provider.write({**keys, "state": "test"})
        cls.merchant = make_merchant(cls.env, cls.provider, user_id=cls.olga.id)

    def as_(self, user, records=None):
        """Return records (the merchant) as a user of Odoo sees them."""
        return (records or self.merchant).with_user(user)


@tagged("post_install", "-at_install")
class TestApplePayConfig(_Config):
    def new_key(self, kind="processing", who=None):
        action = getattr(self.as_(who or self.olga), f"action_fynlo_new_{kind}_key")()
        return self.env[action["res_model"]].browse(action["res_id"])

    def upload(self, row, content):
        row.with_user(self.olga).certificate = base64.b64encode(content)

    # --- Keys

    def test_keys_of_both_kinds(self):
        for kind, key_class in (
            ("processing", ec.EllipticCurvePrivateKey),
            ("identity", rsa.RSAPrivateKey),
        ):
            with self.subTest(kind):
                row = self.new_key(kind)
                request = x509.load_pem_x509_csr(base64.b64decode(row.request))
                self.assertTrue(request.is_signature_valid)
                self.assertEqual(request.subject.rfc4514_string(), f"CN={IDENTIFIER}")
                key = load_der_private_key(row.sudo()._fynlo_open_key(), None)
                self.assertIsInstance(key, key_class)
                self.assertEqual(key.public_key(), request.public_key())
                self.assertEqual(key.key_size, 256 if kind == "processing" else 2048)
                self.assertEqual(row.state, "requested")
                self.assertEqual(row.request_name, f"{kind}.certSigningRequest")

    def test_a_merchant_in_china_has_rsa_for_both(self):
        self.merchant.country_id = self.env.ref("base.cn")
        row = self.new_key()
        key = load_der_private_key(row.sudo()._fynlo_open_key(), None)
        self.assertIsInstance(key, rsa.RSAPrivateKey)

    def test_the_sealed_key_is_worth_nothing_by_itself(self):
        row, other = self.new_key(), self.new_key()
        sealed = base64.b64decode(row.sudo().sealed_key)
        secret = patch.dict("os.environ", {"FYNLO_SECRET_KEY": "another secret, " * 3})
        with secret, self.assertRaises(vault.UndecryptableError):
            row.sudo()._fynlo_open_key()
        other.sudo().sealed_key = base64.b64encode(sealed).decode()  # of another row
        with self.assertRaises(vault.UndecryptableError):
            other.sudo()._fynlo_open_key()

    def test_nobody_reads_or_writes_a_key(self):
        row = self.new_key()
        for who in (self.olga, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.as_(who, row).read(["sealed_key"])
            for name in ("sealed_key", "public_key", "request", "alerted_days"):
                with self.assertRaises(AccessError):
                    self.as_(who, row).write({name: "1"})
            with self.assertRaises(AccessError):
                values = {"merchant_id": self.merchant.id, "kind": "identity"}
                row.with_user(who).create({**values, "public_key": "AAAA"})

    def test_two_processing_keys_and_no_more(self):
        first = self.new_key()
        self.new_key()
        with self.assertRaises(ValidationError):
            self.new_key()
        first.active = False
        third = self.new_key()
        with self.assertRaises(ValidationError):
            first.active = True
        self.assertTrue(third.active)

    # --- Certificates

    def test_a_certificate_that_fits(self):
        row = self.new_key()
        ends = datetime.now(timezone.utc).replace(microsecond=0)
        ends += timedelta(days=760, hours=1)
        signed = self.apple.certify(base64.b64decode(row.request), IDENTIFIER, ends=ends)
        self.upload(row, signed)
        self.assertEqual((row.state, row.days_left), ("valid", 760))
        self.assertEqual(row.expires_at, ends.replace(tzinfo=None))
        self.assertEqual(self.merchant.sudo()._fynlo_find_key(row.public_key_hash), row)
        entry = self.env["fynlo.audit"].search([("action", "=", "apple_pay.certificate")], limit=1)
        self.assertEqual(entry.data["merchant"], IDENTIFIER)
        pem = x509.load_der_x509_certificate(signed).public_bytes(Encoding.PEM)
        self.upload(row, pem)  # the same as PEM
        self.assertEqual(row._fynlo_read_pem(), pem)

    def test_certificates_that_do_not_fit(self):
        row, other = self.new_key(), self.new_key("identity")
        request = base64.b64decode(row.request)
        for words, content in {
            "another key": self.apple.certify(base64.b64decode(other.request), IDENTIFIER),
            "another merchant ID": self.apple.certify(request, "merchant.example.other"),
            "no certificate": b"-----BEGIN CERTIFICATE-----\nAAAA\n",
            "is no certificate": b"\x00\xff",
        }.items():
            with self.subTest(words), self.assertRaisesRegex(ValidationError, words):
                self.upload(row, content)
        unmarked = self.apple.certify(request, IDENTIFIER, marks={})
        with self.assertRaisesRegex(ValidationError, "another merchant ID"):
            self.upload(row, unmarked)

    def test_a_certificate_whose_key_the_provider_keeps(self):
        action = self.as_(self.olga).action_fynlo_add_certificate()
        row = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((row.request, row.sudo().sealed_key), (False, False))
        away = self.new_key()
        self.upload(row, self.apple.certify(base64.b64decode(away.request), IDENTIFIER))
        self.assertEqual(self.merchant.sudo()._fynlo_find_key(row.public_key_hash), row)
        with self.assertRaisesRegex(ValidationError, "on this server"):
            row.create(
                {"merchant_id": self.merchant.id, "kind": "identity", "key_place": "gateway"}
            )

    def test_the_merchant_id_cannot_leave_its_certificates(self):
        make_certificate(self.apple, self.merchant, "processing")
        with self.assertRaisesRegex(ValidationError, "another merchant ID"):
            self.merchant.identifier = "merchant.example.other"

    def test_only_what_is_valid_now_is_used(self):
        now = datetime.now(timezone.utc)
        for more in (
            {"starts": now + timedelta(hours=1)},
            {"starts": now - timedelta(days=9), "ends": now - timedelta(hours=1)},
        ):
            row = make_certificate(self.apple, self.merchant, "processing", **more)
            self.assertFalse(self.merchant._fynlo_find_key(row.public_key_hash))
        self.assertEqual(row.state, "expired")

    # --- Values and rights

    def test_values_of_a_merchant(self):
        for identifier in (
            "com.example",
            "merchant.",
            "merchant.a b",
            "merchant.ü",
            "merchant.x\n",
        ):
            with self.subTest(identifier), self.assertRaises(ValidationError):
                self.merchant.identifier = identifier
        with self.assertRaises(ValidationError):
            self.merchant.network_ids = False
        with self.assertRaises(ValidationError):
            self.merchant.provider_id = self.provider.copy({"company_id": self.company_b.id})
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.merchant.copy()

    def test_domains(self):
        domains = self.env["fynlo.apple.pay.domain"]
        for name in ("https://x.example", "Shop.example", "x", "x.example/", "-x.example", "a..b"):
            with self.subTest(name), self.assertRaises(ValidationError):
                domains.create({"name": name, "merchant_id": self.merchant.id})

    def test_who_may_what(self):
        mia = self._make_user("mia", "manager")
        carl = self._make_user("carl", "cashier")
        eve = self._make_user("eve", "owner", company=self.company_b)
        self.assertEqual(self.as_(mia).name, "O'Brien's Bistro")
        with self.assertRaises(AccessError):
            self.as_(mia).name = "Mine"
        with self.assertRaises(AccessError):
            self.new_key(who=mia)
        for who in (carl, eve):
            with self.assertRaises(AccessError):
                self.as_(who).read(["name"])
            with self.assertRaises(AccessError):
                self.new_key(who=who)
        self.as_(self.olga).name = "Olga's"
        with self.assertRaises(ValidationError):
            self.as_(self.olga).company_id = self.company_b

    def test_the_screens_of_owners_and_managers(self):
        self.merchant.active = False
        form = Form(self.env["fynlo.apple.pay.merchant"].with_user(self.olga))
        form.name, form.identifier, form.provider_id = "Olga's", "merchant.olga", self.provider
        with form.domain_ids.new() as line:
            line.name = "olga.example"
        made = form.save()
        self.assertEqual((made.user_id, made.state), (self.olga, "test"))
        self.assertEqual(set(made.network_ids.mapped("code")), {"visa", "mastercard", "amex"})
        mia = self._make_user("mia", "manager")
        shown = {"provider_id": {"fields": {"display_name": {}}}, "state": {}, "name": {}}
        [read] = made.with_user(mia).web_read(shown)
        self.assertEqual(read["provider_id"]["display_name"], self.provider.display_name)
        with self.assertRaises(AccessError):
            self.provider.with_user(self.olga).read(["stripe_secret_key"])
        with self.assertRaises(AccessError):
            self.provider.with_user(self.olga).state = "enabled"

    def test_a_copy_has_no_keys(self):
        row = make_certificate(self.apple, self.merchant, "identity")
        self.env.flush_all()
        script = Path(__file__).parents[1] / "data" / "neutralize.sql"
        self.env.cr.execute(script.read_text())
        self.env.invalidate_all()
        self.assertEqual((row.sudo().sealed_key, row.active), (False, False))
        with self.assertRaises(ApplePayNotConfiguredError):
            self.merchant._fynlo_find_merchant(self.company.id)

    def test_used_tokens_stay(self):
        table = self.env["fynlo.apple.pay.token"]
        with self.assertRaises(AccessError):
            table.with_user(self.olga).create({})
        with self.assertRaises(UserError):
            table._unlink_never()


@tagged("post_install", "-at_install")
class TestApplePayAlerts(_Config):
    def alert(self, row, days):
        """Let the job run so many days before the end; return what has been told till then."""
        when = row.expires_at - timedelta(days=days, hours=1)
        with patch.object(fields.Datetime, "now", lambda: when):
            self.env.invalidate_all()
            self.env["fynlo.apple.pay.certificate"]._fynlo_cron_alert()
        return len(self.merchant.activity_ids)

    def test_each_of_the_days_is_told_once(self):
        row = make_certificate(self.apple, self.merchant, "identity")
        told = [self.alert(row, days) for days in range(65, 0, -1)]
        steps = [days for days, before, after in zip(range(64, 0, -1), told, told[1:], strict=False)
                 if after > before]  # fmt: skip
        self.assertEqual(steps, list(ALERT_DAYS))
        self.assertEqual(told[-1], 5)
        self.assertEqual(self.alert(row, 1), 5)
        self.assertEqual(self.merchant.activity_ids.user_id, self.olga)
        self.assertIn("Merchant Identity", self.merchant.activity_ids[0].summary)

    def test_days_that_were_missed_are_told_as_one(self):
        row = make_certificate(self.apple, self.merchant, "processing")
        self.assertEqual(self.alert(row, 10), 1)
        self.assertEqual(self.alert(row, 9), 1)
        self.assertEqual(self.alert(row, 7), 2)

    def test_a_new_certificate_is_told_of_anew(self):
        row = make_certificate(self.apple, self.merchant, "processing")
        self.assertEqual(self.alert(row, 1), 1)
        ends = datetime.now(timezone.utc) + timedelta(days=900)
        signed = self.apple.certify(base64.b64decode(row.request), IDENTIFIER, ends=ends)
        row.certificate = base64.b64encode(signed)
        self.assertEqual(self.alert(row, 61), 1)
        self.assertEqual(self.alert(row, 60), 2)

    def test_what_is_archived_is_not_told(self):
        row = make_certificate(self.apple, self.merchant, "processing")
        row.active = False
        self.assertEqual(self.alert(row, 1), 0)
