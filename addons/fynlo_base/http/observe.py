"""What is remembered of each request: one log line and the figures of ``/metrics``."""

import logging
import threading
import time

from ..principal import find_principal
from .metrics import observe_request

_logger = logging.getLogger("odoo.addons.fynlo_base.access")
#: Route of a request that met none, so that guessed paths do not become names of series.
_NO_ROUTE = "(none)"
#: A client may send any word as method; only these become names of series.
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class Observation:
    """Facts of one request, from its first byte to its response."""

    def __init__(self):
        self.started_s = time.perf_counter()
        self.is_replay = False

    def finish(self, dispatcher, response, error_code=None):
        """Have the request recorded as soon as ``response`` was sent.

        Of several responses to one request (one made, then the commit failed) only the sent one
        is recorded, and its time includes the commit.
        """
        facts = self._collect(dispatcher, response.status_code, error_code)
        response.call_on_close(lambda: self._record(facts))

    def _collect(self, dispatcher, status, error_code):
        request, spec = dispatcher.request, dispatcher.spec
        principal = find_principal(request.env) if request.env else None
        thread, method = threading.current_thread(), request.httprequest.method
        return {
            "request_id": dispatcher.request_id,
            "method": method if method in _METHODS else "(other)",
            "route": spec.path if spec else _NO_ROUTE,
            "status": status,
            "code": error_code,
            "user": principal.user_id if principal else None,
            "employee": principal.employee_id if principal else None,
            "device": principal.device_id if principal else None,
            "store": principal.store_id if principal else None,
            "queries": getattr(thread, "query_count", 0),
            "db_ms": round(getattr(thread, "query_time", 0) * 1000, 1),
            "replay": self.is_replay,
        }

    def _record(self, facts):
        seconds = time.perf_counter() - self.started_s
        facts["duration_ms"] = round(seconds * 1000, 1)
        observe_request(
            facts["route"],
            facts["method"],
            facts["status"],
            seconds,
            facts["code"],
            facts["replay"],
        )
        _logger.info("%(method)s %(route)s %(status)s", facts, extra={"fynlo": facts})
