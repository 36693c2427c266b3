"""Square on this machine: payments, refunds, keys, and faults on request.

Rules as in https://developer.squareup.com/reference/square: a known key gives the first answer
again, with other parameters it is refused; a payment that is authorised is completed or canceled.
"""

import base64
import hashlib
import hmac
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock, Thread
from urllib.parse import parse_qsl, urlsplit

from .stripe_server import Fault

DECLINED = "cnon:card-nonce-declined"


class SquareFault(Exception):
    """An error answer: HTTP status and one entry of ``errors``."""

    def __init__(self, status, code, category="INVALID_REQUEST_ERROR"):
        super().__init__(code)
        self.status = status
        self.body = {"errors": [{"category": category, "code": code, "detail": code}]}


class SquarePeer:
    """A Square account on a port of this machine.

    :ivar payments: ``{id: payment}``; :ivar refunds: likewise
    :ivar requests: ``(method, path, parameters)`` of everything that was asked
    """

    def __init__(self, token="EAAA_peer", location="LPEER"):
        self.token, self.location = token, location
        self.payments, self.refunds, self.requests, self.faults = {}, {}, [], []
        self._answers, self._lock = {}, RLock()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                peer._serve(self)

            do_POST = do_GET

            def log_message(self, *_args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        """Free the port."""
        self.server.shutdown()
        self.server.server_close()

    def fail(self, path, kind, times=1):
        """Let the next requests that fit go wrong; kinds as of ``StripePeer``."""
        self.faults.append(Fault(path, kind, times))

    def balance(self):
        """Return what was taken less what was given back."""
        taken = sum(each["amount_money"]["amount"] for each in self.payments.values()
                    if each["status"] == "COMPLETED")  # fmt: skip
        return taken - sum(each["amount_money"]["amount"] for each in self.refunds.values())

    # --- One request

    def _serve(self, handler):
        place = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        raw = handler.rfile.read(length)
        params = json.loads(raw) if length else dict(parse_qsl(place.query))
        with self._lock:
            self.requests.append((handler.command, place.path, params))
            fault = self._take_fault(f"{handler.command} {place.path}")
            if fault == "drop_before":
                return _drop(handler)
            if fault == "500":
                return _send(handler, 500, {"errors": [{"code": "INTERNAL_SERVER_ERROR"}]})
            status, body = self._answer(handler, place.path, params)
        return _drop(handler) if fault == "drop_after" else _send(handler, status, body)

    def _take_fault(self, name):
        for fault in self.faults:
            if fault.times and re.search(fault.path, name):
                fault.times -= 1
                return fault.kind
        return None

    def _answer(self, handler, path, params):
        try:
            if handler.headers.get("Authorization") != f"Bearer {self.token}":
                raise SquareFault(401, "UNAUTHORIZED", "AUTHENTICATION_ERROR")
            return 200, self._route(handler.command, path.removeprefix("/v2/").split("/"), params)
        except SquareFault as fault:
            return fault.status, fault.body

    def _route(self, method, parts, params):
        match method, *parts:
            case "POST", "payments":
                return self._once(params, self._create)
            case "POST", "payments", "cancel":
                return self._cancel_by_key(params["idempotency_key"])
            case "GET", "payments":
                wanted = params["location_id"]
                found = [p for p in self.payments.values() if p["location_id"] == wanted]
                return {"payments": found}
            case "GET", "payments", id_:
                return {"payment": self._find(self.payments, id_)}
            case "POST", "payments", id_, verb:
                return self._change(id_, {"complete": "COMPLETED", "cancel": "CANCELED"}[verb])
            case "POST", "refunds":
                return self._once(params, self._refund)
            case "GET", "refunds", id_:
                return {"refund": self._find(self.refunds, id_)}
        raise SquareFault(404, "NOT_FOUND")

    def _once(self, params, act):
        known = self._answers.get(params["idempotency_key"])
        if known is None:
            known = self._answers[params["idempotency_key"]] = (params, act(params))
        if known[0] != params:
            raise SquareFault(400, "IDEMPOTENCY_KEY_REUSED")
        return known[1]

    def _find(self, kept, id_):
        if id_ not in kept:
            raise SquareFault(404, "NOT_FOUND")
        return kept[id_]

    def _create(self, params):
        if params["location_id"] != self.location:
            raise SquareFault(400, "INVALID_LOCATION")
        if params["source_id"] == DECLINED:
            raise SquareFault(400, "GENERIC_DECLINE", "PAYMENT_METHOD_ERROR")
        if not params["source_id"].startswith("cnon:"):
            raise SquareFault(400, "BAD_REQUEST")
        id_ = f"pay{len(self.payments) + 1:019d}"
        names = ("amount_money", "location_id", "reference_id", "note")
        status = "COMPLETED" if params["autocomplete"] else "APPROVED"
        self.payments[id_] = {
            "id": id_, "status": status, "refund_ids": [],
            "delayed_until": "2027-03-01T10:20:30.000Z",
            **{name: params[name] for name in names},
        }  # fmt: skip
        return {"payment": self.payments[id_]}

    def _change(self, id_, status):
        payment = self._find(self.payments, id_)
        if payment["status"] != "APPROVED":
            raise SquareFault(400, "BAD_REQUEST")
        payment["status"] = status
        return {"payment": payment}

    def _cancel_by_key(self, key):
        known = self._answers.get(key)
        if known:
            self._change(known[1]["payment"]["id"], "CANCELED")
        return {}

    def _refund(self, params):
        payment = self._find(self.payments, params["payment_id"])
        given = sum(self.refunds[each]["amount_money"]["amount"] for each in payment["refund_ids"])
        left = payment["amount_money"]["amount"] - given
        if payment["status"] != "COMPLETED" or params["amount_money"]["amount"] > left:
            raise SquareFault(400, "REFUND_AMOUNT_INVALID", "REFUND_ERROR")
        id_ = f"{payment['id']}_{len(self.refunds) + 1}"
        self.refunds[id_] = {
            "id": id_, "status": "PENDING", "reason": params["reason"],
            "payment_id": payment["id"], "amount_money": params["amount_money"],
        }  # fmt: skip
        payment["refund_ids"].append(id_)
        return {"refund": self.refunds[id_]}


def sign(payload, url, key):
    """Return the signature of an event, as Square makes it for the webhook at ``url``."""
    mark = hmac.new(key.encode(), (url + payload).encode(), hashlib.sha256)
    return base64.b64encode(mark.digest()).decode()


def _drop(handler):
    handler.close_connection = True
    handler.connection.close()


def _send(handler, status, body):
    raw = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(raw)))
    handler.end_headers()
    handler.wfile.write(raw)
