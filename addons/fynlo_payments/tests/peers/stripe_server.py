"""Stripe on this machine: HTTP, keys, idempotency, and faults on request.

Rules of idempotency as in https://docs.stripe.com/api/idempotent_requests: the first answer of a
key is kept and given again, errors included; other parameters or a request that still runs are
refused; what was refused before it ran is not kept.
"""

import copy
import json
import re
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, RLock, Thread
from urllib.parse import parse_qsl, urlsplit

from .stripe_books import ROUTES as _BOOK_ROUTES
from .stripe_books import StripeBooks
from .stripe_customers import StripeCustomers
from .stripe_events import StripeEvents, public
from .stripe_objects import StripeFault, StripeObjects, invalid
from .stripe_shapes import shape
from .stripe_terminal import StripeTerminal
from .stripe_wallet import StripeWallet

VERSION = "2026-10-28.endive"
#: A parameter of older versions.
_GONE = "payment_method_types"
_KEY_PART = re.compile(r"\[([^\]]*)\]")


@dataclass
class Fault:
    """What goes wrong with the next requests that fit.

    :ivar path: regular expression of ``"POST /v1/refunds"``
    :ivar kind: ``drop_before``, ``drop_after``, ``slow``, or a status: ``"401"``, ``"409"``,
        ``"429"``, ``"500"`` ... (nothing was done) and ``"500_after"`` (it was done)
    :ivar times: how many requests it meets
    :ivar seconds: how long ``slow`` takes before the answer
    """

    path: str
    kind: str
    times: int = 1
    seconds: float = 0.0


class StripePeer:
    """A Stripe account on a port of this machine.

    :ivar requests: ``(method, path, parameters, headers)`` of everything that was asked
    """

    def __init__(self, key="sk_test_peer"):
        self.key, self.faults, self.requests = key, [], []
        self.events = StripeEvents(VERSION)
        self.objects = StripeObjects(self.events.emit)
        self.customers = StripeCustomers(self.objects, self.events.emit)
        self.terminal = StripeTerminal(self.objects, self.events.emit)
        self.wallet = StripeWallet(self.objects)
        self.books = StripeBooks(self.objects, self.events.emit)
        self.lock, self._gate, self._answers = RLock(), Lock(), {}
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                peer._serve(self)

            do_POST = do_DELETE = do_GET

            def log_message(self, *_args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        """Free the port."""
        self.server.shutdown()
        self.server.server_close()

    def fail(self, path, kind, **more):
        """Let the next request that fits go wrong."""
        self.faults.append(Fault(path, kind, **more))

    # --- One request

    def _serve(self, handler):
        place = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        text = handler.rfile.read(length).decode() if length else place.query
        params = _nest(parse_qsl(text, keep_blank_values=True))
        name = f"{handler.command} {place.path}"
        with self._gate:
            self.requests.append((handler.command, place.path, params, dict(handler.headers)))
            fault = self._take_fault(name)
        if fault and fault.kind == "drop_before":
            handler.close_connection = True
            return handler.connection.close()
        if fault and fault.kind.isdigit():
            error = {"type": "api_error", "message": "Try again.", "code": "lock_timeout"}
            return _send(handler, int(fault.kind), {"error": error}, {})
        status, body, headers = self._answer(handler, place.path, params)
        body = shape(self, body, params, handler.headers.get("Stripe-Version"))
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault and fault.kind == "drop_after":
            handler.close_connection = True
            return handler.connection.close()
        if fault and fault.kind == "500_after":
            status, body = 500, {"error": {"type": "api_error", "message": "Something broke."}}
        return _send(handler, status, body, headers)

    def _take_fault(self, name):
        for fault in self.faults:
            if fault.times and re.search(fault.path, name):
                fault.times -= 1
                return fault
        return None

    def _answer(self, handler, path, params):
        if handler.headers.get("Authorization") != f"Bearer {self.key}":
            error = {"type": "invalid_request_error", "message": "Invalid API Key provided."}
            return 401, {"error": error}, {}
        if handler.headers.get("Stripe-Version") == VERSION and _GONE in params:
            code = f"{_GONE}_no_longer_supported"
            error = {"type": "invalid_request_error", "code": code, "param": _GONE}
            return 400, {"error": {**error, "message": f"{_GONE} is gone."}}, {}
        key = handler.headers.get("Idempotency-Key")
        if handler.command != "POST" or not key:
            return (*self._run(handler.command, path, params), {})
        request = json.dumps([path, params], sort_keys=True)
        with self._gate:
            known = self._answers.get(key)
            if known is None:
                self._answers[key] = (request, None)
        if known is None:
            return self._run_once(handler.command, path, params, key, request)
        if known[0] != request:
            message = "Keys for idempotent requests can only be used with the same parameters."
            return 400, {"error": {"type": "idempotency_error", "message": message}}, {}
        if known[1] is None:
            error = {"type": "idempotency_error", "code": "idempotency_key_in_use"}
            return 409, {"error": {**error, "message": "That key is being used."}}, {}
        return (*known[1], {"Idempotent-Replayed": "true"})

    def _run_once(self, method, path, params, key, request):
        status, body = self._run(method, path, params)
        with self._gate:
            self._answers[key] = (request, (status, body))
        return status, body, {}

    def _run(self, method, path, params):
        try:
            with self.lock:
                found = public(self._route(method, path, params))
                return 200, copy.deepcopy(self._expanded(found, params))
        except StripeFault as fault:
            return fault.status, {"error": copy.deepcopy(public(fault.error))}

    def _expanded(self, found, params):
        """Put the charge in the place of its id where the request asks for it."""
        wanted = (params.get("expand") or {}).values()
        if "latest_charge" in wanted and found.get("latest_charge"):
            charge = self.objects.find("charge", found["latest_charge"])
            return {**found, "latest_charge": public(charge)}
        return found

    def _route(self, method, path, params):
        parts = path.removeprefix("/v1/").split("/")
        for known_method, pattern, act in [*_ROUTES, *_BOOK_ROUTES]:
            found = re.fullmatch(pattern, "/".join(parts))
            if method == known_method and found:
                return act(self, *found.groups(), params)
        raise invalid(f"Unrecognized request URL ({method}: {path}).", status=404)


def _page(objects, kind, params, **wanted):
    wanted |= {k: params[k] for k in ("payment_intent", "charge", "location") if k in params}
    limit = int(params.get("limit", 10))
    found = objects.list(kind, **wanted)
    return {"object": "list", "data": found[:limit], "has_more": len(found) > limit, "url": ""}


def _find_event(peer, id_):
    found = [event for event in peer.events.log if event["id"] == id_]
    if not found:
        raise invalid(f"No such event: '{id_}'", "resource_missing", "id", status=404)
    return found[0]


def _search_intents(peer, params):
    """Find intents by one piece of metadata: ``metadata['fynlo']:'...'``."""
    found = re.fullmatch(r"metadata\['(\w+)'\]:'([^']*)'", params.get("query", ""))
    if not found:
        raise invalid("The query is not understood.", param="query")
    name, value = found.groups()
    every = peer.objects.list("payment_intent")
    data = [each for each in every if each["metadata"].get(name) == value]
    return {"object": "search_result", "data": data, "has_more": False, "url": ""}


_ROUTES = [
    ("POST", "payment_intents", lambda peer, p: peer.objects.create_intent(p)),
    ("GET", "payment_intents/search", _search_intents),
    ("GET", "payment_intents", lambda peer, p: _page(peer.objects, "payment_intent", p)),
    ("GET", r"payment_intents/(\w+)", lambda peer, i, p: peer.objects.find("payment_intent", i)),
    ("POST", r"payment_intents/(\w+)", lambda peer, i, p: peer.objects.update_intent(i, p)),
    ("POST", r"payment_intents/(\w+)/confirm",
     lambda peer, i, p: peer.objects.confirm_intent(i, p)),
    ("POST", r"payment_intents/(\w+)/capture",
     lambda peer, i, p: peer.objects.capture_intent(i, p)),
    ("POST", r"payment_intents/(\w+)/cancel", lambda peer, i, p: peer.objects.cancel_intent(i, p)),
    ("GET", r"events/(\w+)", lambda peer, i, p: _find_event(peer, i)),
    ("POST", "customers", lambda peer, p: peer.customers.create_customer(p)),
    ("POST", "setup_intents", lambda peer, p: peer.customers.create_setup(p)),
    ("GET", r"setup_intents/(\w+)", lambda peer, i, p: peer.objects.find("setup_intent", i)),
    ("POST", r"setup_intents/(\w+)/confirm",
     lambda peer, i, p: peer.customers.confirm_setup(i, p)),
    ("GET", r"payment_methods/(\w+)", lambda peer, i, p: peer.objects.find("payment_method", i)),
    ("POST", r"payment_methods/(\w+)/detach", lambda peer, i, p: peer.customers.detach(i)),
    ("GET", r"charges/(\w+)", lambda peer, i, p: peer.objects.find("charge", i)),
    ("POST", "refunds", lambda peer, p: peer.objects.create_refund(p)),
    ("GET", "refunds", lambda peer, p: _page(peer.objects, "refund", p)),
    ("GET", r"refunds/(\w+)", lambda peer, i, p: peer.objects.find("refund", i)),
    ("POST", "tokens", lambda peer, p: peer.wallet.create_token(p)),
    ("POST", "payment_methods", lambda peer, p: peer.wallet.create_method(p)),
    ("POST", "terminal/connection_tokens", lambda peer, p: peer.terminal.create_token(p)),
    ("GET", "terminal/readers", lambda peer, p: _page(peer.objects, "terminal.reader", p)),
    ("GET", r"terminal/readers/(\w+)", lambda peer, i, p: peer.objects.find("terminal.reader", i)),
    ("POST", r"terminal/readers/(\w+)/process_payment_intent",
     lambda peer, i, p: peer.terminal.process(i, p)),
    ("POST", r"terminal/readers/(\w+)/refund_payment",
     lambda peer, i, p: peer.terminal.refund(i, p)),
    ("POST", r"terminal/readers/(\w+)/cancel_action", lambda peer, i, p: peer.terminal.cancel(i)),
]  # fmt: skip


def _nest(pairs):
    """Return form fields as Stripe means them: ``a[b]=1`` is ``{"a": {"b": "1"}}``."""
    result = {}
    for name, value in pairs:
        head, *rest = [name.partition("[")[0], *_KEY_PART.findall(name)]
        place = result
        for step in rest:
            place, head = place.setdefault(head, {}), step or str(len(place.get(head, {})))
        place[head] = value
    return result


def _send(handler, status, body, headers):
    raw = json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {
        "Content-Type": "application/json",
        "Request-Id": "req_peer",
        **headers,
    }.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(raw)))
    handler.end_headers()
    handler.wfile.write(raw)
