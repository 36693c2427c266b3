from odoo.tests import BaseCase

from ..engine import pairing, pins

PEPPER = b"p" * 32


class TestPinEngine(BaseCase):
    def test_good_pins(self):
        for pin in ("7391", "2580", "10293", "739173", "90210457", "1221"):
            self.assertIsNone(pins.find_weakness(pin), pin)

    def test_wrong_length(self):
        for pin in ("", "739", "739173912"):
            self.assertIsNotNone(pins.find_weakness(pin), pin)

    def test_only_ascii_digits(self):
        for pin in ("73a1", "７３９１", "-391", "73 1", "٧٣٩١"):
            self.assertIsNotNone(pins.find_weakness(pin), pin)

    def test_sequences(self):
        for pin in ("0000", "1234", "4321", "8901", "2109", "012345", "87654321", "99999999"):
            self.assertIsNotNone(pins.find_weakness(pin), pin)

    def test_repetitions(self):
        for pin in ("1212", "4747", "123123", "73917391", "505050"):
            self.assertIsNotNone(pins.find_weakness(pin), pin)

    def test_a_verifier_matches_its_own_pin_subject_and_pepper_only(self):
        verifier = pins.make_verifier(PEPPER, "ada", "7391")
        self.assertTrue(pins.matches(verifier, PEPPER, "ada", "7391"))
        self.assertFalse(pins.matches(verifier, PEPPER, "ada", "7392"))
        self.assertFalse(pins.matches(verifier, PEPPER, "bob", "7391"))
        self.assertFalse(pins.matches(verifier, b"q" * 32, "ada", "7391"))

    def test_equal_pins_have_different_verifiers(self):
        verifiers = {pins.make_verifier(PEPPER, "ada", "7391") for _ in range(3)}
        self.assertEqual(len(verifiers), 3)

    def test_nobody_matches_nothing(self):
        for verifier in (None, False, ""):
            self.assertFalse(pins.matches(verifier, PEPPER, "", "7391"))


class TestPairingEngine(BaseCase):
    def test_codes_have_eight_clear_characters(self):
        codes = {pairing.make_code() for _ in range(200)}
        self.assertEqual(len(codes), 200)
        for code in codes:
            self.assertEqual(len(code), 8)
            self.assertLessEqual(set(code), set(pairing.ALPHABET))
        self.assertFalse(set("01OIL") & set(pairing.ALPHABET))

    def test_case_spaces_and_hyphens_do_not_matter(self):
        expected = pairing.hash_code(PEPPER, "ABCD2345")
        for typed in ("abcd2345", " ABCD 2345 ", "abcd-2345"):
            self.assertEqual(pairing.hash_code(PEPPER, typed), expected)

    def test_another_key_gives_another_hash(self):
        self.assertNotEqual(
            pairing.hash_code(PEPPER, "ABCD2345"), pairing.hash_code(b"q" * 32, "ABCD2345")
        )
