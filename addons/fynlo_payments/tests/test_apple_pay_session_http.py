import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..clients import apple_pay as client
from .apple_case import ApplePayCase, make_certificate
from .peers.apple_ca import AppleAuthority
from .peers.apple_gateway import AppleGateway

_URL = "https://apple-pay-gateway.apple.com/paymentservices/paymentSession"
_HOSTS = ("apple-pay-gateway", "cn-apple-pay-gateway", "apple-pay-gateway-nc-pod5")
_HOSTS += ("apple-pay-gateway-cert", "cn-apple-pay-gateway-sh-pod1")


@tagged("post_install", "-at_install")
class TestApplePayUrl(BaseCase):
    def test_addresses_of_apple(self):
        for name in _HOSTS:
            for path in ("startSession", "paymentSession"):
                url = f"https://{name}.apple.com/paymentservices/{path}"
                found = client.check_url(url)
                self.assertEqual(found, (f"{name}.apple.com", f"/paymentservices/{path}"))
        self.assertEqual(client.check_url(_URL.replace(".com/", ".com:443/"))[1][:9], "/payments")

    def test_everything_else(self):
        host, path = "apple-pay-gateway.apple.com", "/paymentservices/paymentSession"
        for url in (
            f"http://{host}{path}", f"ftp://{host}{path}", f"//{host}{path}", host, "", "https://",
            f"https://{host}:8443{path}", f"https://{host}:80{path}", f"https://{host}:x{path}",
            f"https://user@{host}{path}", f"https://user:word@{host}{path}",
            f"https://{host}@evil.example{path}", f"https://evil.example#@{host}{path}",
            f"https://evil.example\\@{host}{path}", f"https://evil.example/{host}{path}",
            f"https://{host}.evil.example{path}", f"https://evil{host}{path}",
            f"https://apple.com{path}", f"https://pay.apple.com{path}",
            f"https://apple-pay-gatewayevil.apple.com{path}", f"https://xapple-pay-gateway.apple.com{path}",
            f"https://apple-pay-gateway.evil.apple.com{path}", f"https://apple-pay-gateway-.apple.com{path}",
            f"https://{host}.{path}", f"https://{host}%2eevil.example{path}",
            f"https://apple-pay-gateway.appleXcom{path}", f"https://{host}\n.evil.example{path}",
            f"https://{host}{path}\n", f"\thttps://{host}{path}", f"https://{host}{path} ",
            f"https://17.0.0.1{path}", f"https://[::1]{path}", f"https://2130706433{path}",
            f"https://localhost{path}", f"https://{host}", f"https://{host}/",
            f"https://{host}{path}/", f"https://{host}{path}/../x", f"https://{host}//{path}",
            f"https://{host}{path}?next=http://evil.example", f"https://{host}{path}?",
            f"https://{host}{path}#x", f"https://{host}/paymentservices/other",
            f"https://аpple-pay-gateway.apple.com{path}", f"https://{host}:443@evil.example{path}",
        ):  # fmt: skip
            with self.subTest(url), self.assertRaises(client.BadValidationUrl):
                client.check_url(url)


@tagged("post_install", "-at_install")
class TestApplePaySession(ApplePayCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.folder = Path(folder)
        cls.gateway = AppleGateway(folder, [cls.apple.root, cls.apple.intermediate])
        cls.addClassCleanup(cls.gateway.close)
        cls.identity = make_certificate(cls.apple, cls.merchant, "identity")
        cls.domain = cls.merchant.domain_ids.name

    def setUp(self):
        super().setUp()
        self.gateway.calls.clear()
        self.patch(self.gateway, "answer", self.gateway.answer)
        for each in self.gateway.redirect():
            self.enterContext(each)

    def ask(self, url=_URL, **more):
        body = {"validationUrl": url, "domain": self.domain, **more}
        return self.post(body, path="/payments/apple-pay/session")

    def test_a_session(self):
        data = self.assertSuccess(self.ask())
        self.assertEqual(data, {"merchantSession": {"nonce": "once", "epochTimestamp": 1}})
        asked = {
            "merchantIdentifier": "merchant.example.fynlo",
            "displayName": "O'Brien's Bistro",
            "initiative": "web",
            "initiativeContext": self.domain,
        }
        path = "/paymentservices/paymentSession"
        self.assertEqual(self.gateway.calls, [(path, asked, "Pay")])

    def test_each_call_is_a_session_of_its_own(self):
        self.assertSuccess(self.ask())
        self.assertSuccess(self.ask())
        self.assertEqual(len(self.gateway.calls), 2)

    def test_another_address_is_not_called(self):
        for url in ("https://evil.example/paymentservices/paymentSession", "https://127.0.0.1/"):
            self.assertFailure(self.ask(url), 422, "invalid_fields", ["validationUrl"])
        envelope = self.ask("http://localhost/", domain="evil.example")
        self.assertFailure(envelope, 422, "invalid_fields", ["validationUrl", "domain"])
        self.assertEqual(self.gateway.calls, [])

    def assertNoSession(self, reason):
        envelope = self.assertFailure(self.ask(), 502, "apple_pay_unreachable")
        self.assertEqual(envelope["details"], {"reason": reason})

    def test_no_redirects(self):
        self.gateway.answer = (302, {"Location": f"{_URL}?again"}, b"")
        self.assertNoSession("Apple answered with status 302.")
        self.assertEqual(len(self.gateway.calls), 1)

    def test_answers_that_are_no_session(self):
        for status, body, reason in (
            (417, b"{}", "Apple answered with status 417."),
            (200, b"[]", "Not a session."),
            (200, b"<html>", "No answer of Apple: JSONDecodeError"),
        ):
            with self.subTest(reason):
                self.gateway.answer = (status, {}, body)
                self.assertNoSession(reason)

    def test_an_answer_without_end(self):
        self.patch(client, "_MOST_BYTES", 10)
        self.assertNoSession("No answer of Apple: ValueError")

    def test_a_clock_ends_a_slow_answer(self):
        self.patch(client, "_TIMEOUT_S", 0.4)
        self.patch(self.gateway, "seconds", 0.3)
        self.gateway.answer = (200, {}, b'{"slow": "and steady"}')
        start = time.monotonic()
        self.assertFailure(self.ask(), 502, "apple_pay_unreachable")
        self.assertLess(time.monotonic() - start, 3)

    def test_a_gateway_that_cannot_prove_its_name(self):
        false = AppleGateway(
            self.enterContext(tempfile.TemporaryDirectory()), [self.apple.root], "evil.example"
        )
        self.addCleanup(false.close)
        for each in false.redirect():
            self.enterContext(each)
        self.assertNoSession("No answer of Apple: SSLCertVerificationError")
        self.assertEqual(false.calls, [])

    def test_a_stranger_gets_no_session(self):
        """What is shown is what Apple asks for: another's certificate is turned away."""
        stranger = make_certificate(AppleAuthority(), self.merchant, "identity")
        self.identity.active = False
        self.assertEqual(stranger.state, "valid")
        self.assertFailure(self.ask(), 502, "apple_pay_unreachable")
        self.assertEqual(self.gateway.calls, [])

    def test_without_an_identity(self):
        self.identity.active = False
        self.assertFailure(self.ask(), 422, "apple_pay_not_configured")

    def test_the_key_is_on_no_disk(self):
        """OpenSSL wants a file: what is in it is sealed, and it is gone at once."""
        seen, load = [], client.ssl.SSLContext.load_cert_chain

        def look(context, name, **options):
            seen.append(Path(name))
            self.assertIn(b"ENCRYPTED PRIVATE KEY", Path(name).read_bytes())
            self.assertNotIn(b"BEGIN PRIVATE KEY", Path(name).read_bytes())
            return load(context, name, **options)

        with patch.object(client.ssl.SSLContext, "load_cert_chain", look):
            self.assertSuccess(self.ask())
        self.assertFalse(seen[0].exists())
