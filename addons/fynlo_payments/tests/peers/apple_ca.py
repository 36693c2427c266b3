"""Authorities like Apple's and tokens signed by them, of the shape that devices send.

The tests' own words for what can be wrong are the arguments of :meth:`AppleAuthority.mint`.
"""

import base64
import hashlib
import json
import os
from datetime import datetime, timedelta, timezone

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from cryptography.x509.oid import NameOID

LEAF = x509.ObjectIdentifier("1.2.840.113635.100.6.29")
INTERMEDIATE = x509.ObjectIdentifier("1.2.840.113635.100.6.2.14")
MERCHANT = x509.ObjectIdentifier("1.2.840.113635.100.6.32")
#: What a token holds in the place of a card's number.
CARD = "fynlo-marker-of-a-card"
_NULL = b"\x05\x00"
_DAY = timedelta(days=1)


def make_key():
    """Return a private key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def make_certificate(name, key, issuer=None, **more):
    """Return a certificate of a public key.

    :param issuer: ``(certificate, private key)``; ``None`` signs itself with ``key``
    :param more: ``marks`` ``{oid: DER}``, ``ca``, ``starts``, ``ends``, ``serial``, ``names``
        (of hosts)
    """
    now = datetime.now(timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    public = key.public_key() if hasattr(key, "public_key") else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(public)
        .serial_number(more.get("serial") or x509.random_serial_number())
        .not_valid_before(more.get("starts", now - _DAY))
        .not_valid_after(more.get("ends", now + 700 * _DAY))
        .add_extension(x509.BasicConstraints(more.get("ca", False), None), critical=True)
    )
    for oid, value in more.get("marks", {}).items():
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, value), critical=False)
    if names := more.get("names"):
        hosts = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
        builder = builder.add_extension(hosts, critical=False)
    return builder.sign(issuer[1] if issuer else key, SHA256())


class AppleAuthority:
    """Root, intermediate and the certificate that signs tokens."""

    def __init__(self):
        self.root_key, self.key, self.leaf_key = make_key(), make_key(), make_key()
        self.root = make_certificate("Root", self.root_key, ca=True)
        self.intermediate = self.make_intermediate()
        self.leaf = self.make_leaf()

    def make_intermediate(self, **more):
        values = {"ca": True, "marks": {INTERMEDIATE: _NULL}, **more}
        return make_certificate("Intermediate", self.key, (self.root, self.root_key), **values)

    def make_leaf(self, **more):
        values = {"marks": {LEAF: _NULL}, **more}
        return make_certificate("Signer", self.leaf_key, (self.intermediate, self.key), **values)

    def certify(self, request, identifier, **more):
        """Return Apple's certificate (DER) for a signing request (PEM) and a merchant id."""
        public = x509.load_pem_x509_csr(request).public_key()
        digest = hashlib.sha256(identifier.encode()).hexdigest().upper()
        values = {"marks": {MERCHANT: core.UTF8String(digest).dump()}, **more}
        made = make_certificate("Pay", public, (self.intermediate, self.key), **values)
        return made.public_bytes(Encoding.DER)

    def mint(self, order, public, identifier, **more):
        """Return ``paymentData`` of a token for an order.

        :param order: uuid of the order
        :param public: public key (DER) that it is encrypted for
        :param more: ``amount``, ``currency``; and what is wrong: ``signed_at``, ``leaf``,
            ``intermediate``, ``signer_key``, ``content``, ``named``, ``extra``
        """
        document = {"applicationPrimaryAccountNumber": CARD}
        document |= {"currencyCode": str(more.get("currency", 840))}
        document |= {"transactionAmount": more.get("amount", 275)}
        version, key_name, key, data = _seal(json.dumps(document).encode(), public, identifier)
        header = {
            "publicKeyHash": base64.b64encode(hashlib.sha256(public).digest()).decode(),
            "transactionId": os.urandom(32).hex(),
            "applicationData": _order_hash(order),
            key_name: base64.b64encode(key).decode(),
        }
        ids = bytes.fromhex(header["transactionId"] + header["applicationData"])
        signature = self.sign(key + data + ids, **more)
        return {
            "version": version,
            "data": base64.b64encode(data).decode(),
            "signature": base64.b64encode(signature).decode(),
            "header": header,
        }

    def sign(self, content, **more):
        """Return a detached CMS message about bytes: BER of indefinite length, as Apple's."""
        leaf, intermediate = more.get("leaf", self.leaf), more.get("intermediate")
        signer = self._signer(content, leaf, more)
        shown = [leaf, intermediate or self.intermediate]
        algorithm = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
        attached = _ber(0xA0, core.OctetString(content).dump()) if more.get("attached") else b""
        signers = signer.dump() * (2 if more.get("twice") else 1)
        message = _ber(
            0x30,
            core.Integer(1).dump(),
            _ber(0x31, algorithm),
            _ber(0x30, core.ObjectIdentifier("1.2.840.113549.1.7.1").dump(), attached),
            _ber(0xA0, *(each.public_bytes(Encoding.DER) for each in shown)),
            _ber(0x31, signers),
        )
        return _ber(0x30, core.ObjectIdentifier("1.2.840.113549.1.7.2").dump(), _ber(0xA0, message))

    def _signer(self, content, leaf, more):
        signed_at = more.get("signed_at") or datetime.now(timezone.utc)
        time = cms.Time({"utc_time": signed_at.replace(microsecond=0)})
        attributes = [
            {"type": "content_type", "values": ["data"]},
            {"type": "signing_time", "values": [time]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
            *more.get("extra", ()),
        ]
        signed = cms.CMSAttributes(attributes)
        key = more.get("signer_key", self.leaf_key)
        named = asn1_x509.Certificate.load(more.get("named", leaf).public_bytes(Encoding.DER))
        sid = {"issuer": named.issuer, "serial_number": named.serial_number}
        shown = cms.CMSAttributes(more["shown"](attributes)) if "shown" in more else signed
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": shown,
                "signature_algorithm": {"algorithm": more.get("algorithm", "sha256_ecdsa")},
                "signature": key.sign(signed.dump(), ec.ECDSA(SHA256())),
            }
        )


def _order_hash(order):
    return hashlib.sha256(hashlib.sha256(order.encode()).digest()).hexdigest()


def _seal(plain, public, identifier):
    """Encrypt for a public key; return version, name of the key's field, key and data."""
    key = load_der_public_key(public)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        secret = os.urandom(16)
        wrapped = key.encrypt(secret, padding.OAEP(padding.MGF1(SHA256()), SHA256(), None))
        return "RSA_v1", "wrappedKey", wrapped, AESGCM(secret).encrypt(bytes(16), plain, None)
    own = make_key()
    party = b"\x0did-aes256-GCM" + b"Apple" + hashlib.sha256(identifier.encode()).digest()
    secret = ConcatKDFHash(SHA256(), 32, party).derive(own.exchange(ec.ECDH(), key))
    shown = own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "EC_v1", "ephemeralPublicKey", shown, AESGCM(secret).encrypt(bytes(16), plain, None)


def _ber(tag, *parts):
    return bytes([tag, 0x80]) + b"".join(parts) + b"\x00\x00"
