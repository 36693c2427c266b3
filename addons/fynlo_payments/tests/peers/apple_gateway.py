"""Apple's gateway on a port of this machine: TLS, and only for who shows a certificate."""

import json
import socket
import ssl
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from unittest.mock import patch

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from .apple_ca import make_certificate, make_key

HOST = "apple-pay-gateway.apple.com"


class AppleGateway:
    """Answers merchant validation.

    :ivar calls: ``(path, document, subject of the caller's certificate)``
    :ivar answer: ``(status, headers, body)``; ``seconds`` is how long it takes
    """

    def __init__(self, folder, clients, host=HOST):
        self.calls, self.seconds = [], 0
        self.answer = (200, {}, json.dumps({"nonce": "once", "epochTimestamp": 1}).encode())
        self.folder = Path(folder)
        key = make_key()
        self.authority = make_certificate("Web", key, ca=True)
        server_key = make_key()
        shown = make_certificate("Gateway", server_key, (self.authority, key), names=[host])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._write("server.pem", shown, server_key))
        context.load_verify_locations(self._write("clients.pem", *clients))
        context.verify_mode = ssl.CERT_REQUIRED
        self.trusted = self._write("web.pem", self.authority)
        self._serve(context)

    def close(self):
        """Free the port."""
        self.server.shutdown()
        self.server.server_close()

    def redirect(self):
        """Lead connections to Apple here; authorities are this one's alone."""
        port = self.server.server_address[1]
        real = socket.create_connection

        def connect(address, *args, **options):
            return real(("127.0.0.1", port) if "apple" in address[0] else address, *args, **options)

        trust = patch.dict("os.environ", {"SSL_CERT_FILE": self.trusted})
        return patch.object(socket, "create_connection", connect), trust

    def _serve(self, context):
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("Content-Length") or 0)
                document = json.loads(self.rfile.read(length))
                name = dict(pair for [pair] in self.connection.getpeercert()["subject"])
                gateway.calls.append((self.path, document, name["commonName"]))
                status, headers, body = gateway.answer
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.end_headers()
                for byte in range(len(body)):
                    self.wfile.write(body[byte : byte + 1])
                    self.wfile.flush()
                    time.sleep(gateway.seconds)

            def log_message(self, *_args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_args: None  # who hangs up is what is tested
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )
        Thread(target=self.server.serve_forever, daemon=True).start()

    def _write(self, name, *parts):
        file = self.folder / name
        kind = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(
            b"".join(
                part.public_bytes(Encoding.PEM)
                if hasattr(part, "subject")
                else part.private_bytes(*kind)
                for part in parts
            )
        )
        return str(file)
