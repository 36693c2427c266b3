"""How long a receiver waits: from the answer to a sale to the call that tells of it."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

from fynlo_store import FynloStore
from load import Sample
from odoo_own import OdooClient
from servers import with_suite

_LET_LOCAL = {"FYNLO_WEBHOOK_ALLOW_PRIVATE": "1", "FYNLO_WEBHOOK_ALLOW_HTTP": "1"}
_WAIT_S = 30


class _Receiver(ThreadingHTTPServer):
    """Notes when it was first told of each order's completion."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def wait_for(self, uuid):
        """Return when the order of that id was told, by the clock of ``time.monotonic``."""
        until = time.monotonic() + _WAIT_S
        while time.monotonic() < until:
            if uuid in self.told:
                return self.told[uuid]
            time.sleep(0.005)
        raise RuntimeError(f"nobody was told of {uuid} in {_WAIT_S} s")


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        now = time.monotonic()
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.setdefault(document["subject"]["id"], now)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments):
        """Say nothing: the table is the output."""


def run(calls):
    """Return the latency of single events, and how fast a burst of them goes out."""
    receiver = _Receiver()
    with with_suite(_LET_LOCAL) as suite:
        client = OdooClient(suite.base_url, suite.database.name)
        store = FynloStore(suite, client, "Webhooks", tills=1).open()
        url = f"http://127.0.0.1:{receiver.server_port}/"
        body = {"id": str(uuid4()), "url": url, "events": ["order.completed"]}
        store.call("POST", "/webhooks", body, store.manager)
        single, burst = _single(store, receiver, calls), _burst(store, receiver, calls)
    receiver.shutdown()
    return {"single": single, "burst": burst}


def _single(store, receiver, calls):
    sample = Sample("single")
    for _ in range(calls + 1):
        order = store.order()
        store.call("POST", "/orders", order, store.tokens[0])
        committed = time.monotonic()
        told = receiver.wait_for(order["id"])
        sample.add((told - committed) * 1000, 200, b"", True)
        time.sleep(0.3)
    sample.latencies_ms.pop(0)  # the sender's first run loads what the next find loaded
    return {key: sample.figures()[key] for key in ("requests", "p50Ms", "p95Ms", "maxMs")}


def _burst(store, receiver, calls):
    orders = [store.order() for _ in range(calls)]
    began = time.monotonic()
    for order in orders:
        store.call("POST", "/orders", order, store.tokens[0])
    last = max(receiver.wait_for(order["id"]) for order in orders)
    return {"events": calls, "perSecond": round(calls / (last - began), 1)}
