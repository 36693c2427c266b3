"""A closed-loop load: each client sends its next request when the last was answered."""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Sample:
    """What one load saw. Latencies are milliseconds."""

    name: str
    latencies_ms: list = field(default_factory=list)
    statuses: dict = field(default_factory=dict)  # 0: the connection broke
    replies: list = field(default_factory=list)
    seconds: float = 0.0
    errors: int = 0

    def add(self, latency_ms, status, reply, ok):
        self.latencies_ms.append(latency_ms)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.replies.append(reply)
        self.errors += not ok

    def percentile(self, share):
        """Return the latency that ``share`` (0..1) of the requests did not exceed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def figures(self):
        """Return the figures of the table, rounded; what was answered, too, if anything failed."""
        told = {"statuses": self.statuses} if self.errors else {}
        return {
            "requests": len(self.latencies_ms),
            "errors": self.errors,
            **told,
            "perSecond": round(len(self.latencies_ms) / self.seconds, 1) if self.seconds else 0,
            "p50Ms": round(self.percentile(0.50), 1),
            "p95Ms": round(self.percentile(0.95), 1),
            "p99Ms": round(self.percentile(0.99), 1),
            "maxMs": round(max(self.latencies_ms, default=0), 1),
        }


class Client:
    """One till: a connection per request, as Odoo's server closes each."""

    def __init__(self, base_url, headers=None):
        parts = urlsplit(base_url)
        self.host, self.port = parts.hostname, parts.port
        self.headers = headers or {}

    def request(self, method, path, body=None, headers=None):
        """Return ``(status, headers, bytes)``."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        payload = json.dumps(body).encode() if body is not None else None
        head = {**self.headers, **(headers or {})}
        if payload is not None:
            head["Content-Type"] = "application/json"
        try:
            connection.request(method, path, payload, head)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


def run_load(name, clients, make_call, calls_per_client, *, is_ok):
    """Run all clients at once and return their :class:`Sample`.

    :param make_call: ``make_call(client_index, call_index)`` returns ``(method, path, body,
        headers)``
    :param is_ok: ``is_ok(status, raw)`` tells whether the answer is a success
    """
    sample, lock = Sample(name), threading.Lock()
    gate = threading.Barrier(len(clients) + 1)

    def work(index, client):
        gate.wait()
        for call in range(calls_per_client):
            method, path, body, headers = make_call(index, call)
            started = time.perf_counter()
            try:
                status, _, raw = client.request(method, path, body, headers)
            except OSError as error:  # no answer: an error of the sample, not of the load
                status, raw = 0, str(error).encode()
            elapsed_ms = (time.perf_counter() - started) * 1000
            with lock:
                sample.add(elapsed_ms, status, raw, is_ok(status, raw))

    threads = [
        threading.Thread(target=work, args=(index, client)) for index, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    gate.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    sample.seconds = time.perf_counter() - started
    return sample
