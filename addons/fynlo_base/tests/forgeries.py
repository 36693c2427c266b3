"""Forged access tokens: what an attacker can make without the signing key, and with less."""

import base64
import hashlib
import hmac
import json
import time

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..engine import tokens

ATTACKER = ec.generate_private_key(ec.SECP256R1())
ATTACKER_JWK = tokens.make_jwk(ATTACKER.public_key(), "attacker")


def encode(part):
    """Return bytes, or the JSON of anything else, in base64url without padding."""
    if not isinstance(part, bytes):
        part = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def decode(part):
    """Return the bytes of a part of a token."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def sign_es256(key, message):
    """Return the 64 bytes of a JWS signature."""
    r, s = decode_dss_signature(key.sign(message.encode(), ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def make(header, claims, signature):
    """Return a token; ``signature`` is bytes, or a function of the text to sign."""
    message = f"{encode(header)}.{encode(claims)}"
    if callable(signature):
        signature = signature(message)
    return f"{message}.{encode(signature)}"


def _by(key):
    return lambda message: sign_es256(key, message)


def _hs256(secret):
    return lambda message: hmac.digest(secret, message.encode(), hashlib.sha256)


def _rs256(key):
    return lambda message: key.sign(message.encode(), padding.PKCS1v15(), SHA256())


def forge_headers(token, public_key):
    """Yield ``(name, forged token)``: every trick with the header of a good ``token``."""
    head, body, signature = token.split(".")
    header, claims = json.loads(decode(head)), json.loads(decode(body))
    good = decode(signature)
    for alg in ("none", "None", "nOnE", "NONE"):
        yield f"alg {alg}, no signature", make(header | {"alg": alg}, claims, b"")
        yield f"alg {alg}, good signature", make(header | {"alg": alg}, claims, good)
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    jwk = json.dumps(tokens.make_jwk(public_key, header["kid"])).encode()
    for name, secret in {"PEM": pem, "DER": der, "JWK": jwk, "nothing": b""}.items():
        yield f"HS256 with {name}", make(header | {"alg": "HS256"}, claims, _hs256(secret))
    rsa_key = rsa.generate_private_key(65537, 2048)
    yield "RS256 with another key", make(header | {"alg": "RS256"}, claims, _rs256(rsa_key))
    eddsa = ed25519.Ed25519PrivateKey.generate()
    yield "EdDSA", make(header | {"alg": "EdDSA"}, claims, lambda text: eddsa.sign(text.encode()))
    for alg in ("ES384", "es256", "", None, 256, ["ES256"]):
        yield f"alg {alg!r}", make(header | {"alg": alg}, claims, good)
    kids = ["../../../../dev/null", "/dev/null", "x' UNION SELECT 'a' --", "", "0" * 16, None, 1]
    for kid in [*kids, ["a"], f"{header['kid']}\u0000", header["kid"].upper() + "x"]:
        secretless = make(header | {"kid": kid, "alg": "HS256"}, claims, _hs256(b""))
        yield f"kid {kid!r}, empty secret", secretless
        yield f"kid {kid!r}, attacker's key", make(header | {"kid": kid}, claims, _by(ATTACKER))
    yield "no kid", make({"alg": "ES256", "typ": "at+jwt"}, claims, _by(ATTACKER))
    url = "https://attacker.example/keys.json"
    for extra in (
        {"jwk": ATTACKER_JWK},
        {"jku": url},
        {"x5u": url},
        {"x5c": [base64.b64encode(der).decode()]},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF"},
        {"cty": "JWT"},
    ):
        yield (
            f"{list(extra.items())[:1]}, attacker's key",
            make(header | extra, claims, _by(ATTACKER)),
        )
    for typ in ("JWT", "jwt", "rt+jwt", "application/at+jwt", "AT+JWT", None):
        yield f"typ {typ!r}", make(header | {"typ": typ}, claims, good)
    twice = json.dumps(header)[:-1] + ', "alg": "none"}'
    yield "alg twice", make(twice.encode(), claims, b"")


def forge_signed_headers(header, claims, private_key):
    """Yield ``(name, token)``: well signed by the good key, under a header that is not ours."""
    for extra in ({"jwk": ATTACKER_JWK}, {"crit": ["exp"]}, {"typ": "JWT"}, {"typ": "rt+jwt"}):
        yield f"own key, {extra}", make(header | extra, claims, _by(private_key))
    without_type = {key: value for key, value in header.items() if key != "typ"}
    yield "own key, no typ", make(without_type, claims, _by(private_key))


def forge_bodies(token):
    """Yield ``(name, forged token)``: every trick with the payload and the signature."""
    head, body, signature = token.split(".")
    header, claims, good = json.loads(decode(head)), json.loads(decode(body)), decode(signature)
    yield "role raised", make(header, claims | {"role": "owner"}, good)
    yield "another subject", make(header, claims | {"sub": claims["sid"]}, good)
    yield "longer life", make(header, claims | {"exp": claims["exp"] + 10**6}, good)
    yield "attacker's key under our kid", make(header, claims, _by(ATTACKER))
    twice = json.dumps(claims)[:-1] + ', "role": "owner"}'
    yield "role twice", make(header, twice.encode(), good)
    yield "payload is no object", make(header, ["a"], good)
    yield "payload is no JSON", make(header, b"\xff\xfe", good)
    yield "huge payload", make(header, claims | {"x": "y" * 20_000}, good)
    yield "no signature", f"{head}.{body}."
    yield "no third part", f"{head}.{body}"
    yield "zero signature", f"{head}.{body}.{encode(bytes(64))}"
    yield "short signature", f"{head}.{body}.{encode(good[:63])}"
    yield "long signature", f"{head}.{body}.{encode(good + bytes(1))}"
    yield "signature of r = s = n", f"{head}.{body}.{encode(_ORDER * 2)}"
    yield "DER signature", f"{head}.{body}.{encode(ATTACKER.sign(b'', ec.ECDSA(SHA256())))}"
    yield "padded signature", f"{token}=="
    last = _ALPHABET[_ALPHABET.index(token[-1]) ^ 1]
    yield "other spelling of the signature", token[:-1] + last
    yield "five parts", f"{token}.{body}.{signature}"
    yield "parts swapped", f"{body}.{head}.{signature}"
    yield "JSON serialisation", json.dumps({"payload": body, "protected": head})
    yield "no token at all", "x"
    yield "not ASCII", f"{head}.{body}.\xe9{signature[1:]}"
    yield "space inside", f"{head}. {body}.{signature}"


def sign_bad_claims(header, claims, private_key):
    """Yield ``(name, code, token)``: well signed, but a claim is wrong or missing."""
    now = int(time.time())
    changes = {
        "audience of others": {"aud": "other-api"},
        "audience list": {"aud": ["fynlo-api"]},
        "issuer of another database": {"iss": "fynlo:00000000-0000-0000-0000-000000000000"},
        "issuer prefix": {"iss": claims["iss"][:-1]},
        "not before": {"nbf": now + 60},
        "issued in the future": {"iat": now + 60},
        "time as text": {"exp": "tomorrow"},
        "issued as text": {"iat": "now"},
        "unknown session": {"sid": "00000000-0000-7000-8000-000000000000"},
        "session of SQL": {"sid": "' OR '1'='1"},
        "no session": {"sid": ""},
    }
    for name, change in changes.items():
        yield name, "token_invalid", make(header, claims | change, _by(private_key))
    for claim in ("iss", "aud", "sub", "sid", "jti", "role", "iat", "nbf", "exp"):
        rest = {key: value for key, value in claims.items() if key != claim}
        yield f"without {claim}", "token_invalid", make(header, rest, _by(private_key))
    for age in (tokens.LEEWAY_S + 1, 3600):
        past = {"iat": now - 7200, "nbf": now - 7200, "exp": now - age}
        yield f"expired {age} s ago", "token_expired", make(header, claims | past, _by(private_key))


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#: The order of P-256, big endian (FIPS 186-4, D.1.2.3).
_ORDER = bytes.fromhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
