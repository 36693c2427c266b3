import gzip
import json
import socket
from urllib.parse import urlsplit

from odoo.tests import tagged

from ..http.route import BODY_LIMIT_BYTES
from .common import FynloHttpCase

JSON = "application/json"
LOGIN = {"login": "olga", "password": "wrong"}
UNKNOWN_ID = "00000000-0000-7000-8000-0000000000ff"


def dump(value):
    return json.dumps(value).encode()


class BadInputCase(FynloHttpCase):
    """Nothing a client sends may give a 5xx, a traceback, a warning or a half-written row."""

    def run(self, result=None):
        with self.assertNoLogs("odoo", "WARNING"):
            return super().run(result)

    def count_rows(self):
        """Return how many rows there are in the tables that these routes write."""
        self.env.cr.execute(
            """SELECT (SELECT count(*) FROM fynlo_auth_session),
                      (SELECT count(*) FROM fynlo_device),
                      (SELECT count(*) FROM fynlo_pairing_code),
                      (SELECT count(*) FROM fynlo_idempotency)"""
        )
        return self.env.cr.fetchone()


@tagged("post_install", "-at_install")
class TestBadBody(BadInputCase):
    def post(self, raw, path="/auth/login", **headers):
        return self.api("POST", path, raw=raw, headers=headers)

    def check(self, cases, status, code):
        """Send each body to a route without and to one with a token; both must refuse it."""
        token = self.token_for(self.olga)
        rows = self.count_rows()
        for name, raw, headers in cases:
            with self.subTest(name):
                for path, extra in (
                    ("/auth/login", {}),
                    ("/devices/pairing-codes", {"Authorization": f"Bearer {token}"}),
                ):
                    reply = self.post(raw, path, **headers, **extra)
                    envelope = self.assertFailure(reply, status, code)
                    self.assertNotIn("Traceback", reply.text)
                    self.assertLess(len(reply.content), 50_000)
                    self.assertEqual(set(envelope), ENVELOPE)
        self.assertEqual(self.count_rows(), rows)

    def test_what_is_not_json(self):
        cases = {
            "empty": b"",
            "half": b'{"login": "olga", "pass',
            "form": b"login=olga&password=x",
            "two documents": b"{}{}",
            "comment": b'{"login": "olga" /* me */}',
            "single quotes": b"{'login': 'olga'}",
            "trailing comma": b'{"login": "olga",}',
            "NaN": b'{"login": NaN}',
            "Infinity": b'{"login": -Infinity}',
            "1e999": b'{"login": 1e999}',
            "digits": b"9" * 100_000,
            "deep lists": b"[" * 500_000,
            "deep objects": b'{"a":' * 100_000,
            "just too deep": b"[" * 33 + b"]" * 33,
            "NUL in a value": b'{"login": "ol\\u0000ga", "password": "x"}',
            "NUL in a key": b'{"lo\\u0000gin": "olga"}',
            "raw NUL": b'{"login": "ol\x00ga"}',
            "lone surrogate": b'{"login": "\\ud83d", "password": "x"}',
            "reversed surrogates": b'{"login": "\\ude00\\ud83d", "password": "x"}',
            "latin-1": '{"login": "ölga"}'.encode("latin-1"),
            "utf-16": '{"login": "olga"}'.encode("utf-16"),
            "utf-8 with mark": b"\xef\xbb\xbf" + dump(LOGIN),
            "overlong utf-8": b'{"login": "\xc0\xaf"}',
            "cesu-8 surrogate": b'{"login": "\xed\xa0\x80"}',
        }
        self.check([(name, raw, {}) for name, raw in cases.items()], 400, "invalid_json")

    def test_wrong_fields(self):
        cases = {
            "null": b"null",
            "list": b"[]",
            "text": b'"olga"',
            "number": b"5",
            "nothing": b"{}",
            "unknown key": dump(LOGIN | {"isAdmin": True, "storeId": UNKNOWN_ID, "more": 1}),
            "snake case": dump({"LOGIN": "olga", "store_id": UNKNOWN_ID}),
            "wrong types": dump({"login": 5, "password": ["x"], "storeId": {"id": UNKNOWN_ID}}),
            "null values": dump({"login": None, "password": None, "storeId": None}),
            "boolean": dump({"login": True, "password": False, "storeId": True}),
            "huge number": b'{"login": 1%s, "storeId": 1%s}' % (b"0" * 4000, b"0" * 4000),
            "long text": dump({"login": "x" * 500_000, "password": "x", "storeId": "x" * 400_000}),
            "many keys": dump({f"key{n}": n for n in range(20_000)}),
            "long key": dump({"k" * 500_000: 1}),
            "sql": dump({"login": "x", "storeId": "'; DROP TABLE pos_config; --"}),
        }
        self.check([(name, raw, {}) for name, raw in cases.items()], 422, "invalid_fields")

    def test_too_large(self):
        big = dump(LOGIN | {"password": "x" * 10_000_000})
        bomb = gzip.compress(b" " * 200_000_000)
        self.assertLess(len(bomb), BODY_LIMIT_BYTES)
        cases = [
            ("ten megabytes", big, {}),
            ("one byte too many", b" " * (BODY_LIMIT_BYTES + 1), {}),
            ("bomb", bomb, {"Content-Encoding": "gzip"}),
            ("bomb in a bomb", gzip.compress(bomb * 40), {"Content-Encoding": "gzip"}),
        ]
        self.check(cases[:3], 413, "payload_too_large")
        self.check([("limit", b" " * BODY_LIMIT_BYTES, {})], 400, "invalid_json")
        self.check(cases[3:], 413, "payload_too_large")

    def test_broken_compression(self):
        packed = gzip.compress(dump(LOGIN))
        cases = {
            "not gzip": dump(LOGIN),
            "cut off": packed[:-9],
            "without checksum": packed[:-8],
            "wrong checksum": packed[:-8] + b"\0" * 8,
            "something after it": packed + b"x",
            "two members": packed + packed,
            "header alone": packed[:10],
            "nothing": b"",
        }
        named = [(name, raw, {"Content-Encoding": "gzip"}) for name, raw in cases.items()]
        self.check(named, 400, "invalid_json")

    def test_good_compression_is_read(self):
        packed = gzip.compress(dump(LOGIN))
        for name in ("gzip", "GZIP"):
            reply = self.post(packed, **{"Content-Encoding": name})
            self.assertFailure(reply, 401, "login_failed")

    def test_another_content_type_or_encoding(self):
        raw = dump(LOGIN)
        cases = [
            (name, raw, {"Content-Type": name})
            for name in (
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonx",
                "application/json-rpc",
                "text/json",
                "nonsense",
                "*/*",
                "",
            )
        ]
        cases += [
            (name, raw, {"Content-Encoding": name})
            for name in ("deflate", "br", "zstd", "gzip, gzip", "x", "compress")
        ]
        self.check(cases, 415, "unsupported_media_type")

    def test_parameters_of_the_content_type_do_not_matter(self):
        for name in ("application/json; charset=utf-8", "APPLICATION/JSON", "application/json;x"):
            reply = self.post(dump(LOGIN), **{"Content-Type": name})
            self.assertFailure(reply, 401, "login_failed")


ENVELOPE = {"success", "code", "message", "errors", "details", "requestId"}


@tagged("post_install", "-at_install")
class TestBadUrlAndHeaders(BadInputCase):
    def test_wrong_queries(self):
        token = self.token_for(self.olga)
        for query, field in (
            ("page=1&page=2", "page"),
            ("page=0", "page"),
            ("page=-1", "page"),
            ("page=1.5", "page"),
            ("page=NaN", "page"),
            ("page=" + "9" * 5000, "page"),
            ("limit=101", "limit"),
            ("limit=", "limit"),
            ("LIMIT=1", "LIMIT"),
            ("nothing=1", "nothing"),
            ("page[]=1", "page[]"),
            ("%00=1", "query"),
            ("page=%00", "query"),
            ("%FF=1", "%FF"),
            ("sortBy=' OR 1=1", "sortBy"),
        ):
            with self.subTest(query):
                reply = self.api("GET", f"/devices?{query}", token=token)
                self.assertFailure(reply, 422, "invalid_fields", fields={field})

    def test_routes_without_parameters_take_none(self):
        reply = self.api("GET", "/openapi.json?debug=1")
        self.assertFailure(reply, 422, "invalid_fields", fields={"debug"})

    def test_request_id_is_echoed_only_if_it_is_harmless(self):
        for sent in ("order-42_a.b", "a" * 64):
            reply = self.api("GET", "/health", headers={"X-Request-Id": sent})
            self.assertEqual(reply.headers["X-Request-Id"], sent)
        for sent in ("short", "a" * 65, "with space", "a;b=c;d=e", "<script>", "{{7*7}}", "é" * 9):
            headers = {"X-Request-Id": sent.encode()}
            reply = self.api("GET", "/health", headers=headers)
            self.assertSuccess(reply)
            self.assertRegex(reply.headers["X-Request-Id"], r"^[0-9a-f-]{36}$")

    def test_headers_that_mean_nothing_change_nothing(self):
        for name, value in (
            ("If-None-Match", '"unclosed'),
            ("If-None-Match", "\\"),
            ("Accept-Encoding", ";;q=x,gzip;q=nan"),
            ("Accept-Language", "xx-" + "y" * 500),
            ("Accept", "text/html"),
            ("Range", "bytes=0-1"),
            ("Expect", "nothing"),
            ("X-HTTP-Method-Override", "DELETE"),
            ("X-Forwarded-Host", "evil.example"),
            ("Idempotency-Key", "\x01"),
        ):
            with self.subTest(name):
                reply = self.api("GET", "/openapi.json", headers={name: value})
                self.assertEqual(reply.status_code, 200, reply.text[:300])
                self.assertNotIn("Set-Cookie", reply.headers)

    def test_bad_store_ids(self):
        token = self.token_for(self.ada)
        for value in ("x", "1", str(self.store.id), UNKNOWN_ID, self.store_b.fynlo_uuid, "é"):
            headers = {"X-Store-Id": value.encode()}
            reply = self.api("GET", "/auth/me", token=token, headers=headers)
            self.assertIn(reply.status_code, (200, 403))


@tagged("post_install", "-at_install")
class TestBadWire(BadInputCase):
    """Bytes that no decent client library sends."""

    def send(self, head, body=b"", path="/api/v1/auth/login", method="POST"):
        """Send a request as raw bytes; return status, headers and the envelope."""
        url = urlsplit(self.base_url())
        if not any(line.startswith("Host:") for line in head):
            head = [f"Host: {url.netloc}", *head]
        self.env.flush_all()
        with self.allow_requests(), socket.create_connection((url.hostname, url.port), 30) as peer:
            cookies = "; ".join(f"{it.name}={it.value}" for it in self.opener.cookies)
            lines = [f"{method} {path} HTTP/1.1", *head, f"Cookie: {cookies}"]
            peer.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
            peer.shutdown(socket.SHUT_WR)
            raw = b"".join(iter(lambda: peer.recv(65536), b""))
        top, _, content = raw.partition(b"\r\n\r\n")
        status = int(top.split(b" ", 2)[1])
        return status, top.decode("latin-1"), content

    def assertRefused(self, answer, status, code):
        told, top, content = answer
        self.assertEqual((told, json.loads(content)["code"]), (status, code), (top, content))

    def test_chunks(self):
        head = ["Content-Type: application/json", "Transfer-Encoding: chunked"]
        body = dump(LOGIN)
        whole = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        self.assertRefused(self.send(head, whole), 401, "login_failed")
        for broken in (b"zz\r\n{}\r\n0\r\n\r\n", b"-5\r\n{}\r\n", b"", b"5\r\n{}"):
            with self.subTest(broken):
                self.assertRefused(self.send(head, broken), 400, "malformed_request")
        endless = b"%x\r\n%s\r\n" % (BODY_LIMIT_BYTES, b" " * BODY_LIMIT_BYTES) * 2
        self.assertRefused(self.send(head, endless + b"0\r\n\r\n"), 413, "payload_too_large")

    def test_lengths(self):
        head = ["Content-Type: application/json"]
        self.assertRefused(self.send(head, dump(LOGIN)), 400, "invalid_json")  # no length: no body
        for length, status, code in (
            ("5", 400, "invalid_json"),
            ("99", 400, "malformed_request"),
            ("10485760000", 413, "payload_too_large"),
        ):
            with self.subTest(length):
                answer = self.send([*head, f"Content-Length: {length}"], dump(LOGIN))
                self.assertRefused(answer, status, code)

    def test_paths_that_are_no_text(self):
        for path in (
            "/api/v1/\xff\xfe",
            "/api/v1/%ff%fe",
            "/api/v1/%c0%af",
            "/api/v1/%",
            "/api/v1/%u0041",
        ):
            with self.subTest(path):
                self.assertRefused(self.send([], b"", path, "GET"), 404, "not_found")

    def test_hosts_that_cannot_be(self):
        for host in ("a" * 300, "exa mple", "..", "[::1", "host:port", "\xff", "a..b"):
            with self.subTest(host):
                status, top, content = self.send([f"Host: {host}"], b"", "/api/v1/health", "GET")
                self.assertIn(status, (200, 400), (top, content))
                self.assertIn(b'"success":', content)

    def test_no_header_can_be_smuggled_into_the_answer(self):
        head = ["X-Request-Id: abcdefgh\r\n\tSet-Cookie: evil=1"]
        status, top, _ = self.send(head, b"", "/api/v1/health", "GET")
        self.assertEqual(status, 200)
        self.assertNotIn("evil", top)
        status, top, _ = self.send([], b"", "/api/v1/x%0d%0aSet-Cookie:%20evil=1", "GET")
        self.assertEqual(status, 404)
        self.assertNotIn("evil", top)
