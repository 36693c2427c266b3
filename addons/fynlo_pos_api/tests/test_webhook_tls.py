import datetime
import ipaddress
import os
import ssl
import tempfile
from pathlib import Path
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from odoo.tests import BaseCase, tagged

from ..clients import webhook as client
from .receiver import Receiver, allowed


def make_certificate(folder, name):
    """Write a certificate for ``name``, signed by itself, with its key; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    pem += key.private_bytes(serialization.Encoding.PEM, kind, plain)
    file = Path(folder) / f"{name}.pem"
    file.write_bytes(pem)
    return str(file)


@tagged("post_install", "-at_install")
class TestWebhookTls(BaseCase):
    """Over TLS, against a real server: who cannot prove his name is told nothing."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.file = make_certificate(folder, "localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        self.names = []
        context.sni_callback = lambda _line, name, _context: self.names.append(name)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        server = self.receiver.server
        server.handle_error = lambda *_args: None  # who hangs up is what is tested
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )

    def send(self, host, trusted=()):
        trust = {"SSL_CERT_FILE": trusted} if trusted else {}
        with allowed(), patch.dict(os.environ, trust):
            return client.send(f"https://{host}:{self.receiver.port}/", {}, b"{}")

    def test_a_certificate_that_is_trusted(self):
        outcome = self.send("localhost", self.file)
        self.assertEqual((outcome.status, outcome.error), (200, ""))
        self.assertEqual(self.names, ["localhost"])

    def test_a_certificate_that_nobody_signed(self):
        outcome = self.send("localhost")
        self.assertEqual(
            (outcome.status, outcome.error), (0, "No answer: SSLCertVerificationError")
        )
        self.assertEqual(self.receiver.calls, [])

    def test_a_certificate_of_another_name(self):
        """The address that was checked is in it too; it is the name that counts."""
        rows = [(2, 1, 6, "", ("127.0.0.1", self.receiver.port))]
        with patch.object(client.socket, "getaddrinfo", return_value=rows):
            outcome = self.send("shop.example", self.file)
        self.assertEqual((outcome.status, self.receiver.calls), (0, []))
        self.assertEqual(self.names, ["shop.example"])
