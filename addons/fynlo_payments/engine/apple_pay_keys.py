"""Key pairs for Apple's certificates: made here, checked when Apple's answer comes back."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from .apple_pay_signature import UNREADABLE

#: Its value is the SHA-256 of the merchant id, in hex. Source: Apple TN3206 and the payment token
#: format reference.
MERCHANT_OID = x509.ObjectIdentifier("1.2.840.113635.100.6.32")
_RSA_BITS = 2048
_PEM_START = b"-----BEGIN"


class CertificateRefused(Exception):
    """The certificate does not fit; ``reason`` tells why."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class KeyPair:
    """A new key: private half (DER, PKCS 8), public half (DER) and its request (PEM)."""

    private: bytes
    public: bytes
    request: bytes

    def __repr__(self):
        return "KeyPair()"


@dataclass(frozen=True)
class CertificateFacts:
    """What is kept of a certificate; times are naive UTC, the hash is base64."""

    pem: bytes
    public_key_hash: str
    starts_at: datetime
    expires_at: datetime


def merchant_hash(identifier):
    """Return the SHA-256 of a merchant id (32 bytes)."""
    return hashlib.sha256(identifier.encode()).digest()


def make_key_pair(identifier, kind):
    """Make a :class:`KeyPair` with a certificate signing request for a merchant id.

    :param kind: ``ec`` (P-256, payment processing) or ``rsa`` (2048 bits: merchant identity, and
        payment processing in mainland China)
    """
    key = ec.generate_private_key(ec.SECP256R1())
    if kind == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, identifier)])
    request = x509.CertificateSigningRequestBuilder(name).sign(key, SHA256())
    return KeyPair(
        private=key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        public=_public_bytes(key.public_key()),
        request=request.public_bytes(Encoding.PEM),
    )


def check_certificate(content, identifier, public=None):
    """Return the :class:`CertificateFacts` of a certificate (PEM, or DER as Apple gives it).

    :param public: public key (DER) that it has to be for, ``None`` if the key is elsewhere
    :raise CertificateRefused: ``malformed``, ``other_key`` or ``other_merchant``
    """
    try:
        is_pem = content.lstrip().startswith(_PEM_START)
        load = x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate
        certificate = load(content)
        found = _public_bytes(certificate.public_key())
        named = _read_merchant_hash(certificate)
    except UNREADABLE as error:
        raise CertificateRefused("malformed") from error
    if public is not None and found != public:
        raise CertificateRefused("other_key")
    if named != merchant_hash(identifier):
        raise CertificateRefused("other_merchant")
    return CertificateFacts(
        pem=certificate.public_bytes(Encoding.PEM),
        public_key_hash=base64.b64encode(hashlib.sha256(found).digest()).decode(),
        starts_at=certificate.not_valid_before_utc.replace(tzinfo=None),
        expires_at=certificate.not_valid_after_utc.replace(tzinfo=None),
    )


def _read_merchant_hash(certificate):
    """Return the hash of the merchant id that a certificate is for, or ``None``."""
    for extension in certificate.extensions:
        if extension.oid == MERCHANT_OID:
            text = core.load(extension.value.value, strict=True).native
            return bytes.fromhex(text)
    return None


def _public_bytes(key):
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
