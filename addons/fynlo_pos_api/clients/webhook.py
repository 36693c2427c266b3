"""Sends webhooks. A URL is somebody's free choice: nothing here trusts where it leads.

The host is looked up once, each of its addresses is checked, and the connection goes to the one
that was checked; the name serves for TLS and the ``Host`` header alone. There are no redirects
and no proxies, and a clock ends what takes too long, however slowly the other side talks.
"""

import socket
import threading
import time
from dataclasses import dataclass

from odoo.addons.fynlo_base.settings import is_on
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ..engine.webhook_target import (
    BadTargetError,
    check_address,
    is_number,
    is_this_machine,
    parse_target,
)

CONNECT_TIMEOUT_S = 5
TOTAL_TIMEOUT_S = 15
#: What is read of an answer, for the log.
EXCERPT_BYTES = 1024
_MOST_ADDRESSES = 2


@dataclass(frozen=True)
class Outcome:
    """How a call has ended.

    :ivar status: HTTP status, 0 when there was no answer
    :ivar error: why there was none, for people; empty otherwise
    :ivar excerpt: the beginning of the answer's body
    """

    status: int
    error: str = ""
    excerpt: str = ""
    duration_ms: int = 0

    @property
    def is_success(self):
        return 200 <= self.status < 300


def check_url(url):
    """Return the parts of a URL if it may be called, as far as it says itself.

    :raise BadTargetError: it may not
    """
    target = parse_target(url, allow_http=is_on("webhook_allow_http"))
    if is_number(target.host):
        _check_literal(target.host)
    if is_this_machine(target.host) and not is_on("webhook_allow_private"):
        raise BadTargetError("The host lies in a private or reserved network.")
    return target


def send(url, headers, body):
    """Post ``body`` (bytes) and return the :class:`Outcome`; a failure is one too."""
    start = time.monotonic()
    try:
        status, excerpt = _post(check_url(url), headers, body, start + TOTAL_TIMEOUT_S)
        error = ""
    except BadTargetError as refusal:
        status, excerpt, error = 0, "", str(refusal)
    except (HTTPError, OSError, ValueError) as failure:
        status, excerpt, error = 0, "", f"No answer: {type(failure).__name__}"
    duration_ms = round((time.monotonic() - start) * 1000)
    return Outcome(status, error, excerpt, duration_ms)


def _check_literal(host):
    try:
        check_address(host, is_on("webhook_allow_private"))
    except BadTargetError:
        raise
    except ValueError as error:
        raise BadTargetError("The URL names no host.") from error


def _post(target, headers, body, deadline):
    line = _connect(target, deadline)
    connection = _open(target, line)
    # Closes the line, not the object: whoever reads or writes on it then comes to an end.
    is_over = threading.Event()
    clock = threading.Timer(max(deadline - time.monotonic(), 0), _cut, [line, is_over])
    clock.daemon = True
    clock.start()
    try:
        connection.request("POST", target.path, body=body, headers=headers, preload_content=False)
        response = connection.getresponse()
        if is_over.is_set():  # a head that was cut off reads like one that has ended
            raise TimeoutError
        return response.status, _read_excerpt(response)
    finally:
        clock.cancel()
        connection.close()
        line.close()


def _connect(target, deadline):
    allow_private = is_on("webhook_allow_private")
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(check_address(row[4][0], allow_private) for row in found))
    failure = OSError("no address")
    for address in addresses[:_MOST_ADDRESSES]:
        timeout_s = min(CONNECT_TIMEOUT_S, deadline - time.monotonic())
        if timeout_s <= 0:
            raise TimeoutError
        try:
            return _dial(address, target.port, timeout_s)
        except OSError as error:
            failure = error
    raise failure


def _dial(address, port, timeout_s):
    line = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        line.settimeout(timeout_s)
        line.connect((address, port))
    except OSError:
        line.close()
        raise
    return line


def _open(target, line):
    """Return a connection that takes ``line`` instead of making one of its own."""
    kind = _SecureConnection if target.scheme == "https" else _PlainConnection
    connection = kind(target.host, target.port, timeout=TOTAL_TIMEOUT_S)
    connection.fynlo_line = line
    return connection


def _read_excerpt(response):
    """Return the beginning of an answer; what comes too late is left away."""
    try:
        data = response.read(EXCERPT_BYTES, decode_content=False)
    except (HTTPError, OSError):
        return ""
    return data.decode("utf-8", "replace").replace("\x00", "")


def _cut(line, is_over):
    is_over.set()
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


class _OwnLine:
    """Takes a copy of the checked line: the original stays with the clock."""

    fynlo_line = None

    def _new_conn(self):
        return self.fynlo_line.dup()


class _PlainConnection(_OwnLine, HTTPConnection):
    pass


class _SecureConnection(_OwnLine, HTTPSConnection):
    pass
