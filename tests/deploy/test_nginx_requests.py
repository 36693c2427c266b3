"""What the edge does with a request on its way to Odoo, and with the answer on its way back."""

import gzip
import json
import re
import time

import pytest
from edge import Edge
from stubs import OWN_FAILURE

KEYS = ["success", "code", "message", "errors", "details", "requestId"]
MEBIBYTE = 1024 * 1024


def assert_envelope(reply, status, code, request_id):
    """The edge's own failure looks like one of the API."""
    assert reply.status == status
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["X-Request-Id"] == request_id
    assert reply.headers["Cache-Control"] == "no-store"
    body = json.loads(reply.body)
    assert list(body) == KEYS
    assert body["success"] is False
    assert (body["code"], body["errors"], body["details"]) == (code, [], {})
    assert body["message"]
    assert body["requestId"] == request_id


def test_forged_forwarding_headers_are_replaced(shared_edge):
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Host": "evil.example.net",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Prefix": "/x",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
        "X-Odoo-Database": "other",
    }
    for path in ("/api/v1/catalog", "/api/v1/auth/me", "/odoo", "/web/login"):
        shared_edge.call(path, headers=forged)
        seen = shared_edge.odoo.last_headers
        assert seen.get_all("X-Forwarded-For") == ["127.0.0.1"]
        assert seen.get_all("X-Forwarded-Host") == ["fynlo.example.com"]
        assert seen.get_all("X-Forwarded-Proto") == ["https"]
        assert seen.get_all("X-Real-IP") == ["127.0.0.1"]
        assert seen.get_all("Host") == ["fynlo.example.com"]
        for name in ("X-Forwarded-Port", "X-Forwarded-Prefix", "Forwarded", "X-Odoo-Database"):
            assert name not in seen


def test_request_id_of_the_caller_is_passed_on(shared_edge):
    shared_edge.call("/api/v1/catalog", headers={"X-Request-Id": "till-7.order_0001"})
    assert shared_edge.odoo.last_headers["X-Request-Id"] == "till-7.order_0001"


@pytest.mark.parametrize("bad", [None, "short", "a" * 65, 'x"},{"y":"1234', "with space1"])
def test_missing_or_bad_request_id_is_replaced(shared_edge, bad):
    shared_edge.call("/api/v1/catalog", headers={"X-Request-Id": bad} if bad else {})
    assert re.fullmatch("[0-9a-f]{32}", shared_edge.odoo.last_headers["X-Request-Id"])


def test_upgrade_is_not_passed_on_outside_the_websocket(shared_edge):
    shared_edge.call("/odoo", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    seen = shared_edge.odoo.last_headers
    assert "Upgrade" not in seen
    assert seen["Connection"] in (None, "close")  # nginx before 1.29.7 says it in words


def test_json_is_compressed_for_who_takes_it(shared_edge):
    reply = shared_edge.call("/api/v1/catalog", headers={"Accept-Encoding": "gzip"})
    assert reply.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in reply.headers["Vary"]
    assert json.loads(gzip.decompress(reply.body)) == {"padding": "x" * 2000}
    plain = shared_edge.call("/api/v1/catalog")
    assert plain.headers["Content-Encoding"] is None
    assert json.loads(plain.body) == {"padding": "x" * 2000}


def test_security_headers_are_told(shared_edge):
    for path in ("/odoo", "/web/login", "/api/v1/catalog", "/api/v1/metrics", "/web/database"):
        headers = shared_edge.call(path).headers
        assert headers["Strict-Transport-Security"] == "max-age=63072000"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
        assert headers.get_all("X-Frame-Options") == ["SAMEORIGIN"]
        assert headers["Server"] == "nginx"


def test_a_header_that_odoo_sets_is_not_set_twice(shared_edge):
    headers = shared_edge.call("/framed").headers
    assert headers.get_all("X-Frame-Options") == ["DENY"]
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]


def test_session_cookie_travels_over_tls_only(shared_edge):
    cookie = shared_edge.call("/cookie").headers["Set-Cookie"]
    assert cookie == "session_id=abc; HttpOnly; Path=/; Secure; SameSite=Lax"


def test_api_takes_a_mebibyte_and_not_a_byte_more(shared_edge):
    headers = {"X-Request-Id": "too-large-1"}
    fits = shared_edge.call("/api/v1/orders", "POST", b"x" * MEBIBYTE, headers)
    assert fits.status == 200
    reply = shared_edge.call("/api/v1/orders", "POST", b"x" * (MEBIBYTE + 1), headers)
    assert_envelope(reply, 413, "payload_too_large", "too-large-1")
    assert reply.headers["Retry-After"] is None


def test_api_takes_a_file_to_import(shared_edge):
    path, headers = "/api/v1/imports/customers", {"X-Request-Id": "too-large-2"}
    assert shared_edge.call(path, "POST", b"x" * 17 * MEBIBYTE, headers).status == 200
    reply = shared_edge.call(path, "POST", b"x" * (17 * MEBIBYTE + 1), headers)
    assert_envelope(reply, 413, "payload_too_large", "too-large-2")


def test_web_client_takes_a_large_upload(shared_edge):
    picture = b"x" * 3 * MEBIBYTE
    assert shared_edge.call("/web/binary/upload_attachment", "POST", picture).status == 200


def test_unreachable_odoo_is_told_in_the_envelope(shared_edge):
    reply = shared_edge.call("/api/v1/hang-up", headers={"X-Request-Id": "hang-up-1"})
    assert_envelope(reply, 502, "unavailable", "hang-up-1")
    assert reply.headers["Retry-After"] == "5"


def test_unreachable_odoo_is_told_to_a_browser_as_a_page(shared_edge):
    reply = shared_edge.call("/hang-up")
    assert (reply.status, reply.headers["Content-Type"]) == (502, "text/html")


def test_failure_of_the_api_itself_is_left_as_it_is(shared_edge):
    reply = shared_edge.call("/api/v1/own-failure")
    assert (reply.status, reply.body) == (404, OWN_FAILURE)


def test_silent_odoo_is_a_timeout_in_the_envelope(tmp_path):
    short = {"proxy.conf": {"proxy_read_timeout 130s;": "proxy_read_timeout 300ms;"}}
    with Edge(tmp_path, short) as edge:
        reply = edge.call("/api/v1/silent", headers={"X-Request-Id": "silent-1"})
    assert_envelope(reply, 504, "timeout", "silent-1")
    assert reply.headers["Retry-After"] == "5"


@pytest.mark.parametrize("path", ["/api/v1/realtime", "/api/v1/realtime/"])
@pytest.mark.parametrize(("is_there", "status"), [(True, 502), (False, 503)])
def test_realtime_without_a_gateway_is_unavailable(tmp_path, path, is_there, status):
    closed = {} if is_there else {"site/realtime.conf": {"include websocket.conf;": "return 503;"}}
    with Edge(tmp_path, closed) as edge:
        edge.gateway.stop()
        headers = {"Upgrade": "websocket", "Connection": "Upgrade", "X-Request-Id": "realtime-1"}
        reply = edge.call(path, headers=headers)
        assert edge.odoo.seen == []
    assert_envelope(reply, status, "unavailable", "realtime-1")
    assert reply.headers["Retry-After"] == "5"


def test_realtime_reaches_the_gateway_with_its_token_and_the_public_name(shared_edge):
    with shared_edge.connect() as client:
        client.sendall(
            b"GET /api/v1/realtime HTTP/1.1\r\nHost: fynlo.example.com\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nAuthorization: Bearer abc\r\n"
            b"Origin: https://fynlo.example.com\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"
        )
        assert client.recv(4096).startswith(b"HTTP/1.1 101 ")
        client.sendall(b"\x81\x05hello")
        assert client.recv(4096) == b"\x81\x05hello"
    head = shared_edge.gateway.heads[-1]
    for line in ("Host: fynlo.example.com", "Authorization: Bearer abc", "Upgrade: websocket"):
        assert f"\r\n{line}\r\n" in head
    assert "\r\nX-Forwarded-For: 127.0.0.1\r\n" in head


def test_websocket_reaches_the_gevent_port_and_carries_bytes_both_ways(shared_edge):
    with shared_edge.connect() as client:
        client.sendall(
            b"GET /websocket?version=19.0-1 HTTP/1.1\r\nHost: fynlo.example.com\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"
        )
        assert client.recv(4096).startswith(b"HTTP/1.1 101 ")
        client.sendall(b"\x81\x05hello")
        assert client.recv(4096) == b"\x81\x05hello"
    head = shared_edge.gevent.heads[-1]
    assert head.startswith("GET /websocket?version=19.0-1 HTTP/1.1\r\n")
    for line in ("Upgrade: websocket", "Connection: upgrade", "X-Forwarded-For: 127.0.0.1"):
        assert f"\r\n{line}\r\n" in head
    assert "203.0.113.9" not in head


def knock(edge, path):
    """Send requests to ``path`` until one is refused; return that reply.

    As many must have passed as the burst allows, and what was refilled meanwhile.
    """
    started = time.monotonic()
    for passed in range(200):
        reply = edge.call(path, "POST", headers={"X-Request-Id": "knock-001"})
        if reply.status != 200:
            refilled = (time.monotonic() - started) * 5  # a second
            assert 21 <= passed <= 21 + refilled + 1
            return reply
    raise AssertionError("200 sign-ins passed")


def test_sign_ins_of_one_address_are_limited(fresh_edge):
    refused = knock(fresh_edge, "/api/v1/auth/pin")
    assert_envelope(refused, 429, "rate_limited", "knock-001")
    assert refused.headers["Retry-After"] == "1"
    assert fresh_edge.call("/api/v1/catalog").status == 200


@pytest.mark.parametrize(
    "path", ["/web/login", "/web/session/authenticate", "/web/reset_password", "/en/web/login"]
)
def test_logins_of_the_web_client_are_limited(fresh_edge, path):
    assert knock(fresh_edge, path).status == 429


def test_other_requests_are_not_limited(fresh_edge):
    replies = [fresh_edge.call("/api/v1/orders", "POST") for _ in range(60)]
    assert {reply.status for reply in replies} == {200}


def test_access_log_is_json_without_the_query(fresh_edge):
    headers = {"X-Request-Id": "logged-001", "User-Agent": 'Till "1"'}
    fresh_edge.call("/web/reset_password?token=topsecret", headers=headers)
    log = fresh_edge.stop_and_read_log()
    line = json.loads(log.splitlines()[-1])
    assert line["requestId"] == "logged-001"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/web/reset_password", "200")
    assert (line["client"], line["agent"]) == ("127.0.0.1", 'Till "1"')
    assert "topsecret" not in log


def test_access_log_hides_card_numbers(fresh_edge):
    path = "/api/v1/orders/00000000-0000-7000-8000-424242424242/receipt"
    for asked in (path, "/api/v1/orders/4242424242424242", "/4242%204242-4242.4242/x"):
        card = {"X-Request-Id": "4242-4242-4242-4242", "User-Agent": "Till 4242424242424242"}
        fresh_edge.call(asked, headers=card)
    lines = [json.loads(line) for line in fresh_edge.stop_and_read_log().splitlines()]
    assert [line["path"] for line in lines] == [path, "(hidden)", "(hidden)"]
    for line in lines:
        assert line["agent"] == "(hidden)" and line["requestId"] != "4242-4242-4242-4242"
