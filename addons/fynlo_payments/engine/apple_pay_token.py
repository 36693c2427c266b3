"""An Apple Pay token: reading it, and the checks that need no private key.

Source: https://developer.apple.com/documentation/passkit/payment-token-format-reference
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta

from .apple_pay_signature import TokenRefused, find_signing_time

#: How far the signing time may be from now: a token is used once, at once.
WINDOW = timedelta(minutes=5)
#: The header's field whose bytes are signed first, by version.
_KEY_FIELDS = {"EC_v1": "ephemeral_public_key", "RSA_v1": "wrapped_key"}


@dataclass(frozen=True)
class Token:
    """``paymentData`` of a PKPaymentToken, as bytes. Nothing of it is checked yet.

    :ivar version: ``EC_v1`` or ``RSA_v1``
    :ivar data: the encrypted payment
    :ivar signature: detached CMS signature
    :ivar key: the ephemeral public key (EC_v1) or the wrapped key (RSA_v1)
    :ivar public_key_hash: SHA-256 of the public key that it is encrypted for, in base64
    :ivar transaction_id: in hex, lower case
    :ivar order_hash: SHA-256 of the request's ``applicationData``, in hex, lower case
    """

    version: str
    data: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    key: bytes = field(repr=False)
    public_key_hash: str
    transaction_id: str
    order_hash: str

    @property
    def signed_bytes(self):
        """What Apple has signed."""
        ids = bytes.fromhex(self.transaction_id) + bytes.fromhex(self.order_hash)
        return self.key + self.data + ids


def read_token(payment_data):
    """Return the :class:`Token` of a ``PaymentData``.

    :raise TokenRefused: ``malformed``: not base64 or hex, or the key's field is missing
    """
    header = payment_data.header
    try:
        key = getattr(header, _KEY_FIELDS[payment_data.version])
        token = Token(
            version=payment_data.version,
            data=base64.b64decode(payment_data.data, validate=True),
            signature=base64.b64decode(payment_data.signature, validate=True),
            key=base64.b64decode(key, validate=True),
            public_key_hash=header.public_key_hash,
            transaction_id=header.transaction_id.lower(),
            order_hash=(header.application_data or "").lower(),
        )
        bytes.fromhex(token.transaction_id + token.order_hash)
    except (ValueError, TypeError) as error:
        raise TokenRefused("malformed") from error
    return token


def application_data(order_uuid):
    """Return what a payment request carries to bind its token to an order (32 bytes)."""
    return hashlib.sha256(order_uuid.encode()).digest()


def check_token(token, order_uuid, root, now):
    """Check that Apple has signed ``token``, just now and for that order; return when it was.

    :param root: the certificate that the chain has to end in
    :param now: aware datetime
    :raise TokenRefused: with the check that fails
    """
    signed_at = find_signing_time(token.signature, token.signed_bytes, root)
    if abs(now - signed_at) > WINDOW:
        raise TokenRefused("signing_time")
    expected = hashlib.sha256(application_data(order_uuid)).hexdigest()
    if not hmac.compare_digest(token.order_hash, expected):
        raise TokenRefused("application_data")
    return signed_at
