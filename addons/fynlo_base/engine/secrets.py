"""The one secret outside the database, and the keys that are derived from it.

``FYNLO_SECRET_KEY`` is read from the environment, from the file that ``FYNLO_SECRET_KEY_FILE``
names, or from ``fynlo_secret_key`` in ``odoo.conf``, in this order. A stolen database alone can
therefore neither sign a token nor try PINs.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from odoo.tools import config

from ..exceptions import NotConfiguredError

MIN_LENGTH = 32
_KEY_BYTES = 32
_NONCE_BYTES = 12


class UndecryptableError(Exception):
    """The bytes were encrypted under another secret or for another purpose, or were changed."""


def derive(purpose):
    """Return the 32-byte key for ``purpose``; different purposes get unrelated keys.

    :raise NotConfiguredError: there is no secret, or it is shorter than ``MIN_LENGTH``
    """
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"fynlo:{purpose}".encode()).derive(
        _read_secret()
    )


def encrypt(purpose, plain):
    """Return ``plain`` (bytes) encrypted and authenticated for ``purpose``.

    :raise NotConfiguredError: there is no secret
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(derive(purpose)).encrypt(nonce, plain, None)


def decrypt(purpose, sealed):
    """Return the bytes that :func:`encrypt` has sealed for the same purpose.

    :raise NotConfiguredError: there is no secret
    :raise UndecryptableError: sealed under another secret or purpose, or changed since
    """
    nonce, cipher = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(derive(purpose)).decrypt(nonce, cipher, None)
    except (InvalidTag, ValueError) as error:
        raise UndecryptableError() from error


def is_configured():
    """Tell whether there is a usable secret."""
    return len(_find_secret()) >= MIN_LENGTH


def _read_secret():
    secret = _find_secret()
    if len(secret) < MIN_LENGTH:
        raise NotConfiguredError()
    return secret.encode()


def _find_secret():
    if secret := os.environ.get("FYNLO_SECRET_KEY"):
        return secret
    if path := os.environ.get("FYNLO_SECRET_KEY_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError:
            return ""
    return config.get("fynlo_secret_key") or ""
