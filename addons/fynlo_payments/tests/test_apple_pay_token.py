"""The token's checks, each against a token that fails it alone."""

import base64
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..engine import apple_pay_root
from ..engine.apple_pay_decrypt import SealedAmount, read_sealed_amount
from ..engine.apple_pay_keys import make_key_pair, merchant_hash
from ..engine.apple_pay_signature import TokenRefused
from ..engine.apple_pay_token import check_token, read_token
from ..schemas.apple_pay import PaymentData
from .peers.apple_ca import AppleAuthority, make_certificate, make_key

ORDER = "0190c3c2-5a6b-7c8d-9e0f-1a2b3c4d5e6f"
MERCHANT = "merchant.example.fynlo"


@tagged("post_install", "-at_install")
class TestApplePayToken(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.apple = AppleAuthority()
        cls.pair = make_key_pair(MERCHANT, "ec")
        cls.rsa_pair = make_key_pair(MERCHANT, "rsa")

    def mint(self, pair=None, order=ORDER, **more):
        return self.apple.mint(order, (pair or self.pair).public, MERCHANT, **more)

    def check(self, document, order=ORDER, root=None, now=None):
        token = read_token(PaymentData.model_validate(document))
        now = now or datetime.now(timezone.utc)
        return token, check_token(token, order, root or self.apple.root, now)

    def assertRefused(self, reason, document, **how):
        with self.assertRaises(TokenRefused) as caught:
            self.check(document, **how)
        self.assertEqual(caught.exception.reason, reason)

    # --- What is good

    def test_tokens_of_both_kinds(self):
        for pair, version in ((self.pair, "EC_v1"), (self.rsa_pair, "RSA_v1")):
            with self.subTest(version):
                document = self.mint(pair, amount=1234, currency=978)
                token, signed_at = self.check(document)
                self.assertEqual(token.version, version)
                self.assertLess(datetime.now(timezone.utc) - signed_at, timedelta(seconds=9))
                sealed = read_sealed_amount(token, pair.private, merchant_hash(MERCHANT))
                self.assertEqual(sealed, SealedAmount(1234, 978))

    def test_the_root_is_apples(self):
        apple_pay_root.apple_root.cache_clear()
        name = apple_pay_root.apple_root().subject.rfc4514_string()
        self.assertIn("Apple Root CA - G3", name)
        self.assertRefused("chain", self.mint(), root=apple_pay_root.apple_root())

    def test_another_root_in_the_file_is_refused(self):
        apple_pay_root.apple_root.cache_clear()
        self.addCleanup(apple_pay_root.apple_root.cache_clear)
        other = patch.object(apple_pay_root, "FINGERPRINT", "00" * 32)
        with other, self.assertRaises(ValueError):
            apple_pay_root.apple_root()

    # --- Certificates

    def test_certificates_without_apples_marks(self):
        leaf = self.apple.make_leaf(marks={})
        self.assertRefused("leaf_oid", self.mint(leaf=leaf))
        bare = self.apple.make_intermediate(marks={})
        self.assertRefused("intermediate_oid", self.mint(intermediate=bare))

    def test_a_chain_of_somebody_else(self):
        """Everything about it is right, but the root."""
        stranger = AppleAuthority()
        document = stranger.mint(ORDER, self.pair.public, MERCHANT)
        self.assertRefused("chain", document)
        self.check(document, root=stranger.root)

    def test_a_leaf_of_another_authority(self):
        other = AppleAuthority()  # of the same names
        self.assertRefused(
            "chain", self.mint(leaf=other.leaf, signer_key=other.leaf_key)
        )  # fmt: skip

    def test_an_intermediate_that_is_no_authority(self):
        """Who has a leaf of Apple's cannot make more of them."""
        weak = self.apple.make_intermediate(ca=False)
        self.assertRefused("chain", self.mint(intermediate=weak))

    def test_certificates_have_to_be_valid_when_it_was_signed(self):
        now = datetime.now(timezone.utc)
        minute = timedelta(minutes=1)
        over = self.apple.make_leaf(starts=now - 9 * minute, ends=now - 3 * minute)
        self.assertRefused("certificate_time", self.mint(leaf=over))
        self.check(self.mint(leaf=over, signed_at=now - 4 * minute))  # not when it arrives
        early = self.apple.make_leaf(starts=now + minute)
        self.assertRefused("certificate_time", self.mint(leaf=early))
        ended = self.apple.make_intermediate(starts=now - 9 * minute, ends=now - minute)
        self.assertRefused("certificate_time", self.mint(intermediate=ended))

    # --- Signature

    def test_every_part_is_signed(self):
        other = self.mint()
        for name in ("data", "header.ephemeralPublicKey", "header.transactionId"):
            with self.subTest(name):
                document = self.mint()
                *path, last = name.split(".")
                place, from_place = (
                    (document[path[0]], other[path[0]]) if path else (document, other)
                )
                place[last] = from_place[last]
                self.assertRefused("digest", document)
        document = self.mint(order="another order")
        document["header"]["applicationData"] = other["header"]["applicationData"]
        self.assertRefused("digest", document)
        document = self.mint(self.rsa_pair)
        document["header"]["wrappedKey"] = self.mint(self.rsa_pair)["header"]["wrappedKey"]
        self.assertRefused("digest", document)

    def test_a_signature_of_another_token(self):
        document = self.mint()
        document["signature"] = self.mint()["signature"]
        self.assertRefused("digest", document)

    def test_signed_by_another_key(self):
        self.assertRefused("signature", self.mint(signer_key=make_key()))

    def test_attributes_that_were_changed_after_the_signature(self):
        def forge(attributes):
            later = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(minutes=1)
            return [
                each
                if each["type"] != "signing_time"
                else {**each, "values": [type(each["values"][0])({"utc_time": later})]}
                for each in attributes
            ]

        self.assertRefused("signature", self.mint(shown=forge))

    def test_a_signer_that_is_not_the_leaf(self):
        sibling = self.apple.make_leaf()
        self.assertRefused("signature", self.mint(named=sibling))
        serial = self.apple.leaf.serial_number
        namesake = make_certificate("Signer", make_key(), serial=serial)
        self.assertRefused("signature", self.mint(named=namesake))
        self.assertRefused("signature", self.mint(algorithm="sha1_ecdsa"))

    def test_messages_that_are_not_what_they_should_be(self):
        again = {"type": "content_type", "values": ["data"]}
        foreign = {"type": "content_type", "values": ["enveloped_data"]}

        def without(name):
            return lambda attributes: [each for each in attributes if each["type"] != name]

        cases = {
            "attached content": {"attached": True},
            "two signers": {"twice": True},
            "twice the same attribute": {"extra": [again]},
            "no digest": {"shown": without("message_digest")},
            "no time": {"shown": without("signing_time")},
            "about something else": {"shown": lambda all_: [foreign, *all_[1:]]},
        }
        for name, more in cases.items():
            with self.subTest(name):
                self.assertRefused("malformed", self.mint(**more))
        nested = base64.b64encode(b"\x30\x80" * 6000).decode()
        for junk in ("", nested, "AAAA", "MIAGCSqGSIb3DQEHAqCAMIACAQE=", "MA=="):
            with self.subTest(junk):
                document = self.mint()
                document["signature"] = junk or "MAA="
                self.assertRefused("malformed", document)

    def test_damage_is_refused_or_harmless(self):
        """Some bytes of the message mean nothing; whatever is hit, nothing else breaks."""
        now = datetime.now(timezone.utc).replace(microsecond=0)
        document = self.mint(signed_at=now)
        whole = base64.b64decode(document["signature"])
        for place in range(7, len(whole), 23):
            raw = bytearray(whole)
            raw[place] ^= 1
            broken = {**document, "signature": base64.b64encode(raw).decode()}
            with self.subTest(place), suppress(TokenRefused):
                self.assertEqual(self.check(broken)[1], now)

    def test_a_kind_of_key_that_nobody_knows(self):
        document = self.mint()
        raw = base64.b64decode(document["signature"])
        unknown = raw.replace(bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8647ce3d0201"))
        document["signature"] = base64.b64encode(unknown).decode()
        self.assertRefused("chain", document)

    # --- Time and order

    def test_the_window_of_time(self):
        now = datetime.now(timezone.utc).replace(microsecond=0)
        document = self.mint(signed_at=now)
        for seconds, is_good in ((300, True), (301, False), (-300, True), (-301, False)):
            with self.subTest(seconds):
                how = {"now": now + timedelta(seconds=seconds)}
                if is_good:
                    self.assertEqual(self.check(document, **how)[1], now)
                else:
                    self.assertRefused("signing_time", document, **how)

    def test_a_token_of_another_order(self):
        self.assertRefused("application_data", self.mint(order="another"), order=ORDER)

    def test_a_token_of_no_order(self):
        document = self.mint()
        header = {**document["header"], "applicationData": None}
        self.assertRefused("digest", {**document, "header": header})

    def test_the_field_of_the_key_has_to_fit_the_version(self):
        self.assertRefused("malformed", {**self.mint(), "version": "RSA_v1"})

    # --- Decryption

    def test_what_cannot_be_opened(self):
        hashed, other = merchant_hash(MERCHANT), make_key_pair(MERCHANT, "ec")
        token = read_token(PaymentData.model_validate(self.mint()))
        wrapped = read_token(PaymentData.model_validate(self.mint(self.rsa_pair)))
        for name, args in {
            "another key": (token, other.private, hashed),
            "another merchant": (token, self.pair.private, merchant_hash("merchant.other")),
            "another kind of key": (token, self.rsa_pair.private, hashed),
            "an EC key for RSA": (wrapped, self.pair.private, hashed),
            "no key": (token, b"", hashed),
        }.items():
            with self.subTest(name), self.assertRaises(TokenRefused) as caught:
                read_sealed_amount(*args)
            self.assertEqual(caught.exception.reason, "decryption")
            self.assertIsNone(caught.exception.__cause__)

    def test_nothing_of_a_token_is_shown(self):
        document = self.mint()
        token, _signed_at = self.check(document)
        self.assertNotIn("data=", repr(token))
        self.assertNotIn("signature", repr(token))
        sealed = read_sealed_amount(token, self.pair.private, merchant_hash(MERCHANT))
        self.assertNotIn("marker", repr(vars(sealed)))
        self.assertEqual(repr(self.pair), "KeyPair()")
