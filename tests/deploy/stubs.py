"""Stand-ins for what nginx talks to: Odoo's HTTP workers and its gevent process."""

import contextlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: A failure in the API's own words; the edge must leave it as it is.
OWN_FAILURE = b'{"success":false,"code":"stale_version","message":"Read it again."}'


class _Handler(BaseHTTPRequestHandler):
    def _answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, self.headers))
        if self.path.endswith("/hang-up"):
            self.close_connection = True
            return
        if self.path.endswith("/silent"):
            time.sleep(1)
        if self.path.endswith("/own-failure"):
            self._send(404, OWN_FAILURE)
        elif self.path.endswith("/framed"):
            self._send(200, b"{}", {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"})
        elif self.path.endswith("/cookie"):
            self._send(200, b"{}", {"Set-Cookie": "session_id=abc; HttpOnly; Path=/"})
        else:
            self._send(200, json.dumps({"padding": "x" * 2000}).encode())

    do_GET = do_POST = do_PUT = _answer

    def _send(self, status, body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """The test says what matters."""


class OdooStub:
    """HTTP upstream; ``seen`` lists each request as (method, raw path, headers)."""

    def __init__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.seen = self._server.seen = []
        self.port = self._server.server_port

    def start(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def paths(self):
        return [path for _method, path, _headers in self.seen]

    @property
    def last_headers(self):
        return self.seen[-1][2]


class WebsocketStub:
    """Upstream that accepts every upgrade and sends back each byte it gets."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heads = []

    def start(self):
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        """Stop listening; may be called twice."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept()
        self._socket.close()

    def _serve(self):
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(client,), daemon=True).start()

    def _echo(self, client):
        with client:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            self.heads.append(head.decode())
            client.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\n"
                b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            )
            while data := client.recv(4096):
                client.sendall(data)
