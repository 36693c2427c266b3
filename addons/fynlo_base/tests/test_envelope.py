import gzip
import json
from uuid import UUID

from odoo.exceptions import AccessDenied, AccessError, LockError, MissingError, UserError
from odoo.tests import BaseCase
from psycopg2.errors import SerializationFailure
from werkzeug.datastructures import ETags, MultiDict
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound

from .. import exceptions as exc
from ..http import reply as replies
from ..http.body import MAX_DEPTH, MAX_FIELD_ERRORS, parse_json, validate_body, validate_query
from ..http.errors import to_fynlo_error
from ..http.route import ANYONE, ApiSpec
from ..schemas.base import Body, EmptyReply, MinorAmount, PageQuery, Quantity, UtcInstant

SPEC = ApiSpec(
    path="/things",
    name="things.list",
    methods=("GET",),
    summary="",
    description="",
    reply=EmptyReply,
    roles=ANYONE,
    message="Ünder 20 things",
)
NOTHING_KNOWN = ETags()


class Thing(Body):
    id: UUID
    price: MinorAmount
    quantity: Quantity
    seen_at: UtcInstant


GOOD = {
    "id": "0190d5c0-0000-7000-8000-000000000001",
    "price": 5,
    "quantity": 1.5,
    "seenAt": "2026-01-31T12:00:00Z",
}


class TestReplies(BaseCase):
    def test_document_is_the_same_plain_and_compressed(self):
        for data in ({}, {"name": "Käse ☃"}, {"rows": [{"n": n} for n in range(20_000)]}):
            document = replies.BytesReply.pack(json.dumps(data).encode())
            plain, packed = (
                replies.make_document(SPEC, document, "r" * 8, gzipped=gzipped, none_match=ETags())
                for gzipped in (False, True)
            )
            told = {"success": True, "data": data, "message": SPEC.message, "requestId": "r" * 8}
            self.assertEqual(json.loads(plain.get_data()), told)
            self.assertEqual(gzip.decompress(packed.get_data()), plain.get_data())
            self.assertEqual(packed.headers["Content-Encoding"], "gzip")
            self.assertEqual(packed.headers["ETag"], plain.headers["ETag"])

    def test_known_document_is_not_sent_again(self):
        document = replies.BytesReply.pack(b"{}")
        known = ETags(strong_etags=[document.etag.strip('"')])
        reply = replies.make_document(SPEC, document, "r", gzipped=True, none_match=known)
        self.assertEqual((reply.status_code, reply.get_data()), (304, b""))
        self.assertEqual(reply.headers["ETag"], document.etag)

    def test_small_answers_are_not_compressed(self):
        reply = replies.make_success(SPEC, b"{}", "r", status=200, headers={}, gzipped=True)
        self.assertNotIn("Content-Encoding", reply.headers)
        self.assertEqual(reply.headers["Cache-Control"], "no-store")

    def test_failure_has_all_its_parts(self):
        error = exc.InvalidFieldsError(errors=[{"field": "a", "code": "b", "message": "c"}])
        reply = replies.make_failure(error, "request-1")
        self.assertEqual(reply.status_code, 422)
        self.assertEqual(
            json.loads(reply.get_data()),
            {
                "success": False,
                "code": "invalid_fields",
                "message": "Some fields are not valid.",
                "errors": [{"field": "a", "code": "b", "message": "c"}],
                "details": {},
                "requestId": "request-1",
            },
        )

    def test_statuses_bring_the_headers_that_http_asks_of_them(self):
        for error, name, value in (
            (exc.TokenExpiredError(), "WWW-Authenticate", "Bearer"),
            (exc.BusyError(), "Retry-After", "1"),
            (exc.RateLimitedError(headers={"Retry-After": "7"}), "Retry-After", "7"),
            (exc.MethodNotAllowedError(headers={"Allow": "GET"}), "Allow", "GET"),
        ):
            self.assertEqual(replies.make_failure(error, "r").headers[name], value)


class TestTranslations(BaseCase):
    def test_each_exception_has_one_answer(self):
        for error, status, code in (
            (exc.StaleVersionError(), 409, "stale_version"),
            (AccessDenied(), 401, "token_invalid"),
            (AccessError("no"), 403, "forbidden"),
            (MissingError("gone"), 404, "not_found"),
            (LockError("held"), 503, "busy"),
            (SerializationFailure(), 503, "busy"),
            (NotFound(), 404, "not_found"),
            (MethodNotAllowed(["POST", "GET"]), 405, "method_not_allowed"),
            (BadRequest(), 400, "malformed_request"),
            (UserError("The till is closed."), 422, "business_rule"),
            (ZeroDivisionError("secret"), 500, "internal_error"),
        ):
            told = to_fynlo_error(error)
            self.assertEqual((told.status, told.code), (status, code), error)

    def test_only_sentences_for_people_go_out(self):
        self.assertEqual(
            str(to_fynlo_error(UserError("The till is closed."))), "The till is closed."
        )
        for error in (AccessError("res.users"), MissingError("res.users(5,)"), KeyError("secret")):
            told = to_fynlo_error(error)
            self.assertEqual(str(told), type(told).message)

    def test_method_not_allowed_tells_the_others(self):
        told = to_fynlo_error(MethodNotAllowed(["POST", "GET"]))
        self.assertEqual(told.headers, {"Allow": "GET, POST"})


class TestBody(BaseCase):
    def refused(self, **changes):
        """Return ``{field: code}`` of a body that is refused."""
        raw = json.dumps(GOOD | changes).encode()
        with self.assertRaises(exc.InvalidFieldsError) as caught:
            validate_body(Thing, raw)
        return {error["field"]: error["code"] for error in caught.exception.errors}

    def test_good_values_are_converted(self):
        thing = validate_body(Thing, json.dumps(GOOD | {"seenAt": "2026-01-31T14:00:00.9+02:00"}))
        self.assertEqual(thing.model_dump(mode="json", by_alias=True), GOOD)

    def test_all_bad_fields_are_named_at_once(self):
        self.assertEqual(
            self.refused(id="x", price=1.5, quantity="5", seenAt="1767225600", more=1),
            {
                "id": "uuid_parsing",
                "price": "int_type",
                "quantity": "value_error",
                "seenAt": "value_error",
                "more": "unknown",
            },
        )

    def test_values_at_the_edge_are_refused_not_crashed_on(self):
        for field, value in (
            ("seenAt", "0001-01-01T00:00:00+23:59"),
            ("seenAt", "9999-12-31T23:59:59-23:59"),
            ("seenAt", "2026-02-30T00:00:00Z"),
            ("seenAt", "2026-01-31T12:00:00"),
            ("seenAt", 1767225600),
            ("price", 10**4000),
            ("price", -1),
            ("price", True),
            ("quantity", 10**4000),
            ("quantity", 5e-324),
            ("quantity", 0),
            ("quantity", True),
        ):
            self.assertEqual(list(self.refused(**{field: value})), [field], value)

    def test_a_hopeless_body_gets_a_short_answer(self):
        raw = json.dumps(GOOD | {f"unknown{n}": n for n in range(5000)} | {"x" * 5000: 1})
        with self.assertRaises(exc.InvalidFieldsError) as caught:
            validate_body(Thing, raw)
        self.assertEqual(len(caught.exception.errors), MAX_FIELD_ERRORS)
        self.assertLess(max(len(error["field"]) for error in caught.exception.errors), 201)

    def test_what_is_not_storable_json_is_refused(self):
        for raw in (
            b"",
            b"{",
            b"'a'",
            b'{"a": 1,}',
            b'{"a": NaN}',
            b'{"a": -Infinity}',
            b'{"a": 1e999}',
            b'{"a": "\\u0000"}',
            b'{"\\u0000": 1}',
            b'{"a": "\\ud800"}',
            b'{"a": "\xff"}',
            '{"a": 1}'.encode("utf-16"),
            b"\xef\xbb\xbf{}",
            b"9" * 5000,
            b"[" * 100_000,
            b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        ):
            with self.assertRaises(exc.InvalidJsonError, msg=raw[:40]):
                parse_json(raw)

    def test_deepest_allowed_body_is_parsed(self):
        depth = MAX_DEPTH - 1
        self.assertEqual(str(parse_json(b"[" * depth + b"]" * depth)).count("["), depth)

    def test_query_is_converted_or_refused(self):
        query = validate_query(PageQuery, MultiDict({"page": "2", "limit": "100"}))
        self.assertEqual((query.page, query.limit), (2, 100))
        for args, schema, field, code in (
            ([("page", "1"), ("page", "2")], PageQuery, "page", "repeated"),
            ([("size", "1")], PageQuery, "size", "unknown"),
            ([("page", "1")], None, "page", "unknown"),
            ([("limit", "101")], PageQuery, "limit", "less_than_equal"),
            ([("page", "9" * 5000)], PageQuery, "page", "int_parsing_size"),
            ([("page", "1\0")], PageQuery, "query", "invalid"),
        ):
            with self.assertRaises(exc.InvalidFieldsError) as caught:
                validate_query(schema, MultiDict(args))
            (error,) = caught.exception.errors
            self.assertEqual((error["field"], error["code"]), (field, code))
