"""Access tokens: signed JWTs (RFC 9068 profile, ES256). No Odoo import, no database.

Every key's tokens begin with one and the same header, so the header of a token is looked up and
never interpreted: what an attacker writes into ``alg``, ``kid``, ``jku``, ``jwk`` or ``crit``
only makes the look-up fail.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from jwt.algorithms import ECAlgorithm

ALGORITHM = "ES256"
TYPE = "at+jwt"
AUDIENCE = "fynlo-api"
#: Of tokens that the websocket gateway takes, and the API does not.
REALTIME_AUDIENCE = "fynlo-realtime"
LIFETIME_S = 15 * 60
#: Clocks of two servers may differ by this much.
LEEWAY_S = 5
MAX_LENGTH = 2048
_REQUIRED = ["iss", "aud", "sub", "sid", "jti", "role", "iat", "nbf", "exp"]
#: The times are checked against the caller's clock.
_OWN_CLOCK = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
_SIGNATURE_LENGTH = 86  # 64 bytes in base64url without padding
_KNOWN_LIMIT = 1000


class TokenError(Exception):
    """Not a token of ours, or not any more."""


class TokenTimeError(TokenError):
    """A good token whose time is over."""


@dataclass(frozen=True)
class VerifyKey:
    """A public key and the second (since the epoch) after which its tokens count no more."""

    public_key: ec.EllipticCurvePublicKey
    expires_at_s: float


def make_private_key():
    """Return a new private key as DER bytes (PKCS 8, not encrypted)."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def load_private_key(der):
    """Return the private key of DER bytes."""
    return load_der_private_key(der, password=None)


def make_jwk(public_key, kid):
    """Return ``public_key`` as a JWK ``dict`` (RFC 7517)."""
    jwk = ECAlgorithm.to_jwk(public_key, as_dict=True)
    point = {name: jwk[name] for name in ("kty", "crv", "x", "y")}
    return point | {"kid": kid, "alg": ALGORITHM, "use": "sig"}


def load_jwk(jwk):
    """Return the public key of a JWK ``dict``."""
    return ECAlgorithm.from_jwk(jwk)


def make_header(kid):
    """Return the first part of every token that the key ``kid`` signs."""
    header = {"alg": ALGORITHM, "kid": kid, "typ": TYPE}
    return _encode(json.dumps(header, separators=(",", ":")).encode())


def sign(private_key, kid, claims, now_s, audience=AUDIENCE):
    """Return a new token.

    :param claims: ``iss``, ``sub``, ``sid``, ``role`` and further claims of the caller's
    :param now_s: time of issue, whole seconds since the epoch
    """
    claims = {
        **claims,
        "aud": audience,
        "jti": secrets.token_urlsafe(12),
        "iat": now_s,
        "nbf": now_s,
        "exp": now_s + LIFETIME_S,
    }
    payload = json.dumps(claims, separators=(",", ":")).encode()
    message = f"{make_header(kid)}.{_encode(payload)}"
    signature = ECAlgorithm(ECAlgorithm.SHA256).sign(message.encode(), private_key)
    return f"{message}.{_encode(signature)}"


def verify(token, keys, issuer, now_s, known=None, audiences=(AUDIENCE,)):
    """Return the claims of ``token``, read-only.

    :param keys: ``{header: VerifyKey}``, the header as :func:`make_header` gives it
    :param issuer: the only issuer that is believed
    :param known: mapping in which the claims of good tokens are kept, so that a signature is
        computed once; one mapping for one set of ``keys``, one ``issuer`` and ``audiences``
    :param audiences: for one of whom the token has to be
    :raise TokenTimeError: good, and expired
    :raise TokenError: anything else is wrong with it
    """
    known = {} if known is None else known
    header, _, rest = token.partition(".")
    key = keys.get(header)
    if key is None or len(token) > MAX_LENGTH or now_s > key.expires_at_s:
        raise TokenError("unknown key or oversized")
    if not token.isascii() or not _is_canonical(rest.rpartition(".")[2]):
        raise TokenError("the signature is not in its one spelling")
    digest = sha256(token.encode()).digest()  # no live token lies in memory
    claims = known.get(digest)
    if claims is None:
        claims = MappingProxyType(_read_claims(token, key, issuer, audiences))
        if len(known) >= _KNOWN_LIMIT:
            known.clear()
        known[digest] = claims
    _check_times(claims, now_s)
    return claims


def _read_claims(token, key, issuer, audiences):
    try:
        claims = jwt.decode(
            token,
            key.public_key,
            algorithms=[ALGORITHM],
            issuer=issuer,
            options={"require": _REQUIRED, "verify_aud": False, **_OWN_CLOCK},
        )
    except jwt.InvalidTokenError as error:
        raise TokenError(str(error)) from error
    if claims["aud"] not in audiences:  # a list of audiences is none of them
        raise TokenError("for somebody else")
    return claims


def _check_times(claims, now_s):
    times = [claims[name] for name in ("iat", "nbf", "exp")]
    if not all(type(instant) is int for instant in times):
        raise TokenError("a time is not a number of seconds")
    issued_at_s, not_before_s, expires_at_s = times
    if max(issued_at_s, not_before_s) > now_s + LEEWAY_S:
        raise TokenError("not valid yet")
    if expires_at_s <= now_s - LEEWAY_S:
        raise TokenTimeError("expired")


def _is_canonical(text):
    """Refuse the spellings that differ in the unused last bits: one token, one text."""
    if len(text) != _SIGNATURE_LENGTH or not text.isascii():
        return False
    try:
        raw = base64.b64decode(f"{text}==", altchars=b"-_", validate=True)
    except ValueError:
        return False
    return _encode(raw) == text


def _encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
