"""Where webhooks may go and how a call ends, against a real server on this machine."""

import os
import re
import socket
import time
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..clients import webhook as client
from ..engine.webhook import EVENTS, PERIOD, pause_after, sign
from ..engine.webhook_target import BadTargetError, check_address, parse_target
from .receiver import Receiver, allowed

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "192.88.99.1",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2001:db8::1",
    "2001:0:1::1",
    "fe80::1%eth0",
    "fec0::1",
    "feff::1",
    "5f00::1",
    "3fff::1",
    "::ffff:0:127.0.0.1",
    "2001:10::1",
    "2001:20::1",
    "100::1",
    "192.0.0.8",
    "192.31.196.1",
    "192.52.193.1",
    "192.175.48.1",
]
BAD_URLS = (
    "http://example.com", "ftp://example.com", "//example.com", "example.com", "https://",
    "https://user@example.com", "https://user:secret@example.com", "https://example.com/#part",
    "https://example.com:22", "https://example.com:0", "https://example.com:99999",
    "https://example.com\\@10.0.0.1/", "https://exämple.com", "https://example.com/a b",
    "https://example.com/\n", "https://[::1", "https://10.0.0.1", "https://[::1]/",
    "https://[::ffff:169.254.169.254]/", "https://2130706433/", "https://127.1/",
    "https://example.com/" + "a" * 2000, "javascript:alert(1)", "file:///etc/passwd",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestWebhookClient(BaseCase):
    def receive(self, **options):
        receiver = Receiver(**options)
        self.addCleanup(receiver.close)
        return receiver

    def send(self, url):
        with allowed():
            return client.send(url, {"X-Test": "1"}, b'{"a": 1}')

    # --- Where to

    def test_private_addresses(self):
        for address in PRIVATE:
            with self.subTest(address), self.assertRaises(BadTargetError):
                check_address(address)
        for address in (
            "93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "2001:4860::8888",
            "192.0.1.1",
        ):  # fmt: skip
            self.assertTrue(check_address(address))

    def test_bad_urls(self):
        for url in BAD_URLS:
            with self.subTest(url), self.assertRaises(BadTargetError):
                client.check_url(url)
        target = parse_target("https://example.com:8443/a?b=c")
        self.assertEqual((target.host, target.port, target.path), ("example.com", 8443, "/a?b=c"))

    def test_a_name_that_leads_home_is_not_called(self):
        receiver = self.receive()
        url = f"http://localhost:{receiver.port}/"
        with patch.dict(os.environ, {"FYNLO_WEBHOOK_ALLOW_HTTP": "1"}):
            outcome = client.send(url, {}, b"{}")
        self.assertEqual(outcome.status, 0)
        self.assertIn("private", outcome.error)
        self.assertEqual(receiver.calls, [])

    def test_one_private_address_among_public_ones_is_enough(self):
        rows = [(2, 1, 6, "", (ip, 443)) for ip in ("93.184.216.34", "10.0.0.1")]
        lookup = patch.object(socket, "getaddrinfo", return_value=rows)
        with lookup, patch.object(client, "_dial") as connect:
            outcome = client.send("https://example.com/", {}, b"{}")
        self.assertIn("private", outcome.error)
        connect.assert_not_called()

    def test_the_checked_address_is_called_under_the_name(self):
        """A name is looked up once: what it says later is not asked."""
        receiver = self.receive()
        rows = [(2, 1, 6, "", ("127.0.0.1", receiver.port))]
        with patch.object(socket, "getaddrinfo", side_effect=[rows]) as lookup:
            outcome = self.send(f"http://shop.example:{receiver.port}/x?y=1")
        self.assertEqual((outcome.status, lookup.call_count), (200, 1))
        self.assertEqual(receiver.calls[0][0]["Host"], f"shop.example:{receiver.port}")

    def test_a_proxy_of_the_environment_is_not_asked(self):
        receiver = self.receive()
        proxies = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        with patch.dict(os.environ, proxies):
            self.assertEqual(self.send(receiver.url).status, 200)

    # --- How it ends

    def test_delivered(self):
        receiver = self.receive()
        outcome = self.send(receiver.url)
        self.assertEqual((outcome.status, outcome.excerpt, outcome.error), (200, "ok", ""))
        headers, body = receiver.calls[0]
        self.assertEqual((headers["X-Test"], body), ("1", b'{"a": 1}'))

    def test_refused(self):
        outcome = self.send(self.receive(status=500).url)
        self.assertEqual((outcome.status, outcome.is_success), (500, False))

    def test_a_redirect_is_not_followed(self):
        goal = self.receive()

        def redirect(handler):
            handler.send_response(307)
            handler.send_header("Location", goal.url)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        outcome = self.send(self.receive(behave=redirect).url)
        self.assertEqual((outcome.status, outcome.is_success, goal.calls), (307, False, []))

    def test_dropped(self):
        outcome = self.send(self.receive(behave=lambda handler: handler.connection.close()).url)
        self.assertEqual(outcome.status, 0)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
            self.assertEqual(self.send(url).error, "No answer: ConnectionRefusedError")

    def test_a_huge_answer_is_not_read(self):
        def flood(handler):
            handler.send_response(200)
            handler.end_headers()
            try:
                for _ in range(4096):
                    handler.wfile.write(b"x" * 65536)
            except OSError:
                return

        outcome = self.send(self.receive(behave=flood).url)
        self.assertEqual((outcome.status, len(outcome.excerpt)), (200, client.EXCERPT_BYTES))
        self.assertLess(outcome.duration_ms, 3000)

    def test_a_slow_receiver_is_cut_off(self):
        """Byte by byte, so that no single read ever takes too long."""

        def drip(handler):
            try:
                for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50:
                    handler.connection.send(bytes([byte]))
                    time.sleep(0.05)
            except OSError:
                return

        with patch.object(client, "TOTAL_TIMEOUT_S", 1):
            outcome = self.send(self.receive(behave=drip).url)
        self.assertEqual(outcome.status, 0)
        self.assertTrue(900 < outcome.duration_ms < 2000, outcome)

    # --- What receivers are told

    def test_signature(self):
        """By hand: ``printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_test``."""
        digest = "35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91"
        self.assertEqual(sign("whsec_test", 1700000000, b"{}"), f"t=1700000000,v1={digest}")

    def test_pauses(self):
        for attempts, pause_s in ((1, 10), (2, 30), (3, 90), (8, 21600), (10_000, 21600)):
            found = {pause_after(attempts).total_seconds() for _ in range(50)}
            self.assertTrue(all(0.8 * pause_s <= each <= 1.2 * pause_s for each in found))
            self.assertGreater(len(found), 10)
        self.assertEqual(PERIOD.days, 3)

    def test_the_document_names_every_event(self):
        addons = Path(__file__).parents[2]
        document = addons.parent / "docs" / "webhooks.md"
        rows = re.findall(r"^\| `([\w.]+)` \| (.+?) \|$", document.read_text(), re.MULTILINE)
        self.assertEqual(dict(rows), EVENTS)
