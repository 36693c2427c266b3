"""Apple's signature over a payment token: a detached CMS message with its certificates.

``cryptography`` verifies signatures and chains, ``asn1crypto`` reads the message: BER of indefinite
length, which the first does not take.
"""

import hashlib
import hmac

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

#: Marks the certificate that signs tokens, and the authority that has issued it.
LEAF_OID = x509.ObjectIdentifier("1.2.840.113635.100.6.29")
INTERMEDIATE_OID = x509.ObjectIdentifier("1.2.840.113635.100.6.2.14")
_CONTENT_TYPE, _DIGEST, _TIME = "content_type", "message_digest", "signing_time"
_MOST_CERTIFICATES = 5
#: What the two libraries raise over bytes that are no certificate or message.
UNREADABLE = (
    *(ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm),
    *(x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType),
)


class TokenRefused(Exception):
    """The token is not to be believed; ``reason`` names the check that it fails."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def find_signing_time(signature, signed, root):
    """Check a signature and return the time that is signed in it (an aware datetime).

    :param signature: the CMS message
    :param signed: the bytes that it is about
    :param root: the certificate that the chain has to end in
    :raise TokenRefused: ``malformed``, ``leaf_oid``, ``intermediate_oid``, ``chain``, ``digest``,
        ``signature`` or ``certificate_time``
    """
    try:
        message = _read_message(signature)
        signer, certificates = _read_signer(message)
        leaf = _find_marked(certificates, LEAF_OID, "leaf_oid")
        intermediate = _find_marked(certificates, INTERMEDIATE_OID, "intermediate_oid")
        _check_chain(leaf, intermediate, root)
        attributes = _read_attributes(signer)
        if not hmac.compare_digest(attributes[_DIGEST], hashlib.sha256(signed).digest()):
            raise TokenRefused("digest")
        _check_signer(signer, leaf)
        _check_time(attributes[_TIME], (leaf, intermediate, root))
    except UNREADABLE as error:
        raise TokenRefused("malformed") from error
    return attributes[_TIME]


def _check_time(signed_at, certificates):
    for certificate in certificates:
        if not certificate.not_valid_before_utc <= signed_at <= certificate.not_valid_after_utc:
            raise TokenRefused("certificate_time")


def _read_message(signature):
    info = cms.ContentInfo.load(signature, strict=True)
    if info["content_type"].native != "signed_data":
        raise ValueError("not signed data")
    message = info["content"]
    content = message["encap_content_info"]
    if content["content_type"].native != "data" or content["content"].native is not None:
        raise ValueError("not detached")
    return message


def _read_signer(message):
    [signer] = message["signer_infos"]
    found = [each.chosen.dump() for each in message["certificates"]]
    if len(found) > _MOST_CERTIFICATES:
        raise ValueError("too many certificates")
    return signer, [x509.load_der_x509_certificate(each) for each in found]


def _find_marked(certificates, oid, reason):
    """Return the one certificate that carries a mark of Apple's."""
    marked = [
        certificate
        for certificate in certificates
        if any(extension.oid == oid for extension in certificate.extensions)
    ]
    if len(marked) != 1:
        raise TokenRefused(reason)
    return marked[0]


def _check_chain(leaf, intermediate, root):
    try:
        leaf.verify_directly_issued_by(intermediate)
        intermediate.verify_directly_issued_by(root)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError) as error:
        raise TokenRefused("chain") from error
    for authority in (intermediate, root):
        try:
            limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
        except x509.ExtensionNotFound as error:
            raise TokenRefused("chain") from error
        if not limits.ca:
            raise TokenRefused("chain")


def _read_attributes(signer):
    """Return the signed attributes that count, each of which is there once."""
    found = {}
    for attribute in signer["signed_attrs"]:
        name = attribute["type"].native
        if name in (_CONTENT_TYPE, _DIGEST, _TIME):
            if name in found:
                raise ValueError("twice the same attribute")
            [found[name]] = attribute["values"].native
    if len(found) != 3 or found[_CONTENT_TYPE] != "data":
        raise ValueError("an attribute is missing, or it is not about data")
    return found


def _check_signer(signer, leaf):
    """Check the signature over the attributes, made by ``leaf``."""
    named = signer["sid"].chosen
    if named["serial_number"].native != leaf.serial_number:
        raise TokenRefused("signature")
    if named["issuer"].dump() != leaf.issuer.public_bytes():
        raise TokenRefused("signature")
    algorithms = (
        signer["digest_algorithm"]["algorithm"].native,
        signer["signature_algorithm"]["algorithm"].native,
    )
    key = leaf.public_key()
    if algorithms != ("sha256", "sha256_ecdsa") or not isinstance(key, ec.EllipticCurvePublicKey):
        raise TokenRefused("signature")
    # What is signed is the DER of the set, whatever tag and order the message gives it.
    attributes = signer["signed_attrs"].untag().dump(force=True)
    try:
        key.verify(signer["signature"].native, attributes, ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise TokenRefused("signature") from error
