"""Opens Apple Pay tokens. Off by default: a server that does this sees card data.

A deployment that switches it on (``FYNLO_APPLE_PAY_DECRYPT``) has to meet PCI DSS for it. What a
token holds stays in this file's local variables: only amount and currency leave it.

Source: https://developer.apple.com/documentation/passkit/payment-token-format-reference
"""

import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from .apple_pay_signature import TokenRefused

_NO_NONCE = bytes(16)  # each key encrypts one message
_KEY_BYTES = 32


@dataclass(frozen=True)
class SealedAmount:
    """What the guest has agreed to: minor units, and the currency's ISO 4217 number."""

    amount: int
    currency_number: int


def read_sealed_amount(token, private_key, merchant_hash):
    """Open a token and return its :class:`SealedAmount`; nothing else of it is kept.

    :param private_key: DER (PKCS 8) of the key that it is encrypted for
    :param merchant_hash: SHA-256 of the merchant id
    :raise TokenRefused: ``decryption``: another key, or it was changed
    """
    try:
        # It was made here and is sealed with a tag: testing its primes again takes 80 ms.
        key = load_der_private_key(private_key, None, unsafe_skip_rsa_key_validation=True)
        secret = _unwrap(token, key, merchant_hash)
        document = json.loads(AESGCM(secret).decrypt(_NO_NONCE, token.data, None))
        return SealedAmount(int(document["transactionAmount"]), int(document["currencyCode"]))
    except (InvalidTag, ValueError, TypeError, KeyError, AttributeError):
        # Without its cause: that may quote what was decrypted.
        raise TokenRefused("decryption") from None


def _unwrap(token, key, merchant_hash):
    if token.version == "RSA_v1":
        oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), label=None)
        return key.decrypt(token.key, oaep)
    shared = key.exchange(ec.ECDH(), load_der_public_key(token.key))
    party = b"\x0did-aes256-GCM" + b"Apple" + merchant_hash
    return ConcatKDFHash(SHA256(), _KEY_BYTES, party).derive(shared)
