"""Pairing codes: eight characters that a person reads from one screen and types into another."""

import hashlib
import hmac
import secrets

LENGTH = 8
#: No 0 and O, no 1, I and L: 31 ** 8 is 850 thousand million codes.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def make_code():
    """Return a new random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def hash_code(key, code):
    """Return what is stored of ``code``, as text.

    :param key: 32 secret bytes that are not in the database
    :param code: as typed: lower case, spaces and hyphens do not matter
    """
    plain = "".join(char for char in code.upper() if char.isalnum())
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()
