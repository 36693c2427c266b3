"""What is asked over plain HTTP: who may open a websocket, health and figures."""

import hmac
import http
import json
from urllib.parse import urlsplit

from . import metrics

PATH = "/api/v1/realtime"
_PROXY_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
_MESSAGES = {
    "not_found": (404, "There is nothing here, or you may not see it."),
    "query_forbidden": (400, "A token never travels in an address: send it in the first message."),
    "origin_forbidden": (403, "Pages of this origin may not connect."),
    "token_invalid": (401, "The access token is not valid."),
    "token_expired": (401, "The access token has expired."),
    "unavailable": (503, "This service is not available just now. Try again."),
    "forbidden": (403, "Metrics are for this machine, or with the metrics token."),
}


def refuse(connection, code, retry_after_s=None):
    """Return the answer that refuses a request, in the envelope of the API."""
    status, message = _MESSAGES[code]
    metrics.REFUSED.labels(str(status)).inc()
    envelope = {"success": False, "code": code, "message": message, "errors": [], "details": {}}
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s is not None else {}
    return answer(connection, status, json.dumps(envelope), "application/json", headers)


def answer(connection, status, text, kind, headers=None):
    """Return an answer of that content type, never to be kept."""
    response = connection.respond(http.HTTPStatus(status), text)
    del response.headers["Content-Type"]
    for name, value in {
        "Content-Type": kind,
        "Cache-Control": "no-store",
        **(headers or {}),
    }.items():
        response.headers[name] = value
    return response


def find_fault(request, origins):
    """Return the code of what is wrong with an upgrade's address or origin, else ``None``.

    A page's browser tells its origin: the same host may connect, and those that are named. Programs
    send none.
    """
    path, _, query = request.path.partition("?")
    if path.rstrip("/") != PATH:
        return "not_found"
    if query:
        return "query_forbidden"
    given = request.headers.get_all("Origin")
    host = request.headers.get("Host", "")
    if all(each in origins or (host and urlsplit(each).netloc == host) for each in given):
        return None
    return "origin_forbidden"


def read_bearer(request):
    """Return the token of the ``Authorization`` header, ``None`` without one."""
    given = request.headers.get_all("Authorization")
    if not given:
        return None
    scheme, _, token = given[0].partition(" ")
    return token if scheme.lower() == "bearer" and len(given) == 1 else ""


def is_trusted(connection, request, token):
    """Tell whether the figures may be told: with the metrics token, or to this machine itself."""
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    is_local = connection.remote_address[0] in ("127.0.0.1", "::1")
    return is_local and not any(name in request.headers for name in _PROXY_HEADERS)
