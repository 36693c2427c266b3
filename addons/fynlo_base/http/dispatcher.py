"""The routing type ``fynlo``: JSON in, envelope out, no cookie, no HTML, ever."""

import logging
import re
from functools import partial
from uuid import uuid4

from odoo.http import Dispatcher

from ..engine.card_numbers import has_card_number
from ..exceptions import InternalError
from ..principal import find_principal
from . import reply as replies
from .body import mend_surrogates, parse_json, read_body, validate_body, validate_query
from .card_guard import check_document, check_request
from .errors import to_fynlo_error
from .later import Later, carry_out
from .live_routes import allowed_methods
from .observe import Observation
from .route import ROUTING_TYPE
from .transaction import run_with_retry

_logger = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class FynloDispatcher(Dispatcher):
    """Serve one API request. It knows how, never what: no resource is named here."""

    routing_type = ROUTING_TYPE
    mimetypes = ("application/json",)

    def __init__(self, request):
        super().__init__(request)
        asked = request.httprequest.headers.get("X-Request-Id", "")
        is_taken = _REQUEST_ID.fullmatch(asked) and not has_card_number(asked, "reference")
        self.request_id = asked if is_taken else str(uuid4())
        self.spec = None
        self.observation = Observation()

    @classmethod
    def is_compatible_with(cls, request):
        return True  # a wrong content type is answered in our own envelope

    def pre_dispatch(self, rule, args):
        """Do not call super: it would prepare a session cookie."""
        self.request.params = {}  # what other modules look at: nothing of ours is for them

    def dispatch(self, endpoint, args):
        """Check everything about the request, then run the handler in one transaction."""
        self.spec = endpoint.routing["fynlo"]
        httprequest = self.request.httprequest
        if httprequest.method == "OPTIONS":  # Odoo adds it to the methods of every route
            return replies.make_options(allowed_methods(self.request.env, httprequest.path))
        self.request.env["fynlo.rate.limit"]._fynlo_check(self.spec.rate, self._client_key())
        check_request(httprequest, args)
        query = validate_query(self.spec.query, httprequest.args)
        inputs, document = dict(args), None
        if self.spec.query:
            inputs["query"] = query
        if self.spec.body:
            raw = read_body(httprequest, self.spec.body_limit, self.spec.inflated_limit)
            if self.spec.is_batch:
                raw = mend_surrogates(raw)
            document = parse_json(raw, self.spec.is_batch)
            if not self.spec.is_batch:
                check_document(document)
            inputs["command"] = validate_body(self.spec.body, raw)
        act = self._answer_once if self.spec.replayable else self._answer
        answer = run_with_retry(self.request.env, partial(act, endpoint, inputs, args, document))
        if not isinstance(answer, Later):
            return answer
        result = carry_out(self.request.env, answer)
        return self._make_success(replies.serialise_data(result), self.spec.status)

    def post_dispatch(self, response):
        """Do not call super: a reply to a token carries no cookie."""
        self._finish(response)

    def handle_error(self, exc):
        """Return the failure envelope of any exception."""
        error = to_fynlo_error(exc)
        if isinstance(error, InternalError):
            _logger.error("Request %s failed.", self.request_id, exc_info=exc)
        exc.loglevel = error.loglevel  # Odoo logs it once more: keep that below a warning
        gzipped = replies.accepts_gzip(self.request.httprequest)
        response = replies.make_failure(error, self.request_id, gzipped)
        self._finish(response, error.code)
        return response

    def _client_key(self):
        principal = find_principal(self.request.env)
        return principal.session if principal else self.request.httprequest.remote_addr

    def _answer(self, endpoint, inputs, _args, _document):
        result = endpoint(**inputs)
        if isinstance(result, Later):
            return result
        if not isinstance(result, replies.RawReply | replies.BytesReply):
            return self._make_success(replies.serialise_data(result), self.spec.status)
        httprequest = self.request.httprequest
        accepted = {
            "gzipped": replies.accepts_gzip(httprequest),
            "none_match": httprequest.if_none_match,
        }
        if isinstance(result, replies.RawReply):
            return replies.make_raw(self.spec, result, **accepted)
        return replies.make_document(self.spec, result, self.request_id, **accepted)

    def _answer_once(self, endpoint, inputs, args, document):
        """Answer a POST exactly once: run it, or give the stored answer of its twin."""
        answers = self.request.env["fynlo.idempotency"]
        client_id = getattr(inputs.get("command"), "id", None)
        key = client_id or self.request.httprequest.headers.get("Idempotency-Key")
        ticket = answers._fynlo_begin(self.spec, args, document, key)
        if ticket is None:
            return self._answer(endpoint, inputs, args, document)
        if ticket.answer is not None:
            self.observation.is_replay = True
            return self._make_success(ticket.answer, 200, {"Idempotent-Replay": "true"})
        result = endpoint(**inputs)
        if isinstance(result, Later):  # what it has written answers who asks again
            answers._fynlo_give_up(ticket)
            return result
        data = replies.serialise_data(result)
        answers._fynlo_finish(ticket, data)
        return self._make_success(data, self.spec.status)

    def _make_success(self, data, status, headers=None):
        gzipped = replies.accepts_gzip(self.request.httprequest)
        return replies.make_success(
            self.spec, data, self.request_id, status=status, headers=headers or {}, gzipped=gzipped
        )

    def _finish(self, response, error_code=None):
        response.headers["X-Request-Id"] = self.request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        self.observation.finish(self, response, error_code)
