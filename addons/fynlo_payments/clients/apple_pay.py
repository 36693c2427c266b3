"""Asks Apple for a merchant session, with mutual TLS. The only file that talks to Apple.

The URL comes from a browser: it is believed only if it is one of Apple's own. Nothing here knows
Odoo, and nothing raises but :func:`check_url`.
"""

import http.client
import json
import os
import re
import secrets
import socket
import ssl
import tempfile
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_der_private_key,
)

#: Source: https://developer.apple.com/documentation/applepayontheweb/setting-up-your-server
_HOST = re.compile(r"(cn-)?apple-pay-gateway(-[a-z0-9]+)*\.apple\.com", re.ASCII)
_PATHS = ("/paymentservices/startSession", "/paymentservices/paymentSession")
_TIMEOUT_S = 5
_MOST_BYTES = 64 * 1024
_ODD = re.compile(r"[^\x21-\x7e]|[\\#?@]")


class BadValidationUrl(ValueError):
    """The URL is none of Apple's."""


@dataclass(frozen=True)
class Identity:
    """Who asks: Apple's certificate (PEM) and its private key (DER, PKCS 8)."""

    certificate: bytes
    private_key: bytes = field(repr=False)


@dataclass(frozen=True)
class Session:
    """What came of it: Apple's document, or ``error`` for people."""

    document: dict = field(default_factory=dict, repr=False)
    error: str = ""


def check_url(url):
    """Return ``(host, path)`` of a validation URL.

    :raise BadValidationUrl: another scheme, port, host or path, or anything that readers of URLs
        could understand in different ways
    """
    if _ODD.search(url):
        raise BadValidationUrl(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadValidationUrl(url) from error
    host = parts.hostname or ""
    is_apple = parts.scheme == "https" and port in (None, 443) and _HOST.fullmatch(host)
    if not is_apple or parts.path not in _PATHS:
        raise BadValidationUrl(url)
    return host, parts.path


def ask_session(url, document, identity):
    """Post ``document`` to a validation URL and return the :class:`Session`.

    :param url: checked again here
    :param identity: an :class:`Identity`
    """
    try:
        host, path = check_url(url)
        line = http.client.HTTPSConnection(host, timeout=_TIMEOUT_S, context=_trust(identity))
        status, content = _post(line, path, json.dumps(document).encode())
        if status != 200:
            return Session(error=f"Apple answered with status {status}.")
        answer = json.loads(content)
        return Session(answer) if isinstance(answer, dict) else Session(error="Not a session.")
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Session(error=f"No answer of Apple: {type(error).__name__}")


def _post(line, path, body):
    """Return status and body of an answer; a clock ends what takes too long in all."""
    try:
        line.connect()
        clock = threading.Timer(_TIMEOUT_S, _cut, [line.sock])
        clock.daemon = True
        clock.start()
        try:
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            line.request("POST", path, body=body, headers=headers)
            answer = line.getresponse()
            content = answer.read(_MOST_BYTES + 1)
        finally:
            clock.cancel()
        if len(content) > _MOST_BYTES:
            raise ValueError("too long")
        return answer.status, content
    finally:
        line.close()


def _cut(line):
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


def _trust(identity):
    """Return a TLS context that shows the identity and believes public authorities."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # OpenSSL reads keys from files alone: what is written is sealed by a word that is not.
    word = secrets.token_bytes(32).hex().encode()
    key = load_der_private_key(identity.private_key, None, unsafe_skip_rsa_key_validation=True)
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(word))
    handle, name = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(identity.certificate + sealed)
        context.load_cert_chain(name, password=word)
    finally:
        os.unlink(name)
    return context
