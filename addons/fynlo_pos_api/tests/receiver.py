"""A receiver of webhooks: a real HTTP server on this machine that keeps what it was sent."""

import os
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from unittest.mock import patch

ALLOWED = {"FYNLO_WEBHOOK_ALLOW_HTTP": "1", "FYNLO_WEBHOOK_ALLOW_PRIVATE": "1"}


@contextmanager
def allowed():
    """Let webhooks go to this machine, as a setting of the server does."""
    with patch.dict(os.environ, ALLOWED):
        yield


class Receiver:
    """Answers ``status``; ``behave(handler)`` may do something else with a connection.

    :ivar calls: ``(headers, body)`` in the order in which they came
    :ivar overlaps: subjects that were told two things at once
    """

    def __init__(self, status=200, behave=None, pause_s=0.0):
        self.status, self.behave, self.pause_s = status, behave, pause_s
        self.calls, self.spans, self._lock = [], [], Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                receiver.take(self)

            def log_message(self, *_args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook?a=1"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, handler):
        began = time.monotonic()
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self._lock:
            self.calls.append((dict(handler.headers), body))
        time.sleep(self.pause_s)
        with self._lock:
            self.spans.append((began, time.monotonic(), body))
        if self.behave:
            self.behave(handler)
            return
        handler.send_response(self.status)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")

    def close(self):
        self.server.shutdown()
        self.server.server_close()
