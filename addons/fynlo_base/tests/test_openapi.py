import json
import re
from decimal import Decimal
from uuid import UUID

from odoo.tests import BaseCase, HttpCase, TransactionCase, tagged
from openapi_spec_validator import validate

from ..engine.openapi import build_document
from ..exceptions import InvalidJsonError, LockedOutError
from ..http.live_routes import live_routes
from ..http.reply import RawReply
from ..http.route import CASHIER, MANAGER, ApiSpec
from ..schemas.base import Body, MinorAmount, PageQuery, Percent, Quantity, Reply, UtcInstant


class Parcel(Reply):
    weight: Quantity
    sent_at: UtcInstant
    note: str | None = None


class ParcelCreate(Body):
    id: UUID
    price: MinorAmount
    insured: Percent = Decimal("0.5")


class ParcelMove(Body):
    id: UUID | None = None
    shelf: str


class ParcelQuery(PageQuery):
    recipient_name: str


def make_spec(**changes):
    fields = {
        "path": "/parcels",
        "name": "parcels.send",
        "methods": ("POST",),
        "summary": "Send a parcel",
        "description": "",
        "reply": Parcel,
        "roles": CASHIER,
    }
    return ApiSpec(**fields | changes)


def build(*specs):
    document = build_document(specs, server_url="/api/v1", version="1.0.0")
    validate(document)
    return document


def codes_of(response):
    (content,) = response["content"].values()
    return content["schema"]["allOf"][1]["properties"]["code"]["enum"]


class TestOpenApiDocument(BaseCase):
    def test_replayable_create_has_its_body_and_both_answers(self):
        spec = make_spec(body=ParcelCreate, status=201, replayable=True, store_scoped=True)
        document = build(spec)
        operation = document["paths"]["/parcels"]["post"]
        self.assertEqual(operation["operationId"], "parcels.send")
        self.assertEqual(operation["tags"], ["parcels"])
        self.assertEqual(operation["security"], [{"bearer": []}])
        self.assertEqual(operation["parameters"], [{"$ref": "#/components/parameters/StoreId"}])
        self.assertEqual(
            operation["requestBody"]["content"]["application/json"]["schema"],
            {"$ref": "#/components/schemas/ParcelCreate"},
        )
        statuses = "200 201 400 401 403 409 413 415 422 429 500 503"
        self.assertEqual(" ".join(sorted(operation["responses"])), statuses)
        replay, created = operation["responses"]["200"], operation["responses"]["201"]
        self.assertEqual(replay["content"], created["content"])
        self.assertIn("Idempotent-Replay", replay["headers"])
        self.assertNotIn("Idempotent-Replay", created["headers"])
        self.assertEqual(
            created["content"]["application/json"]["schema"]["properties"]["data"],
            {"$ref": "#/components/schemas/Parcel"},
        )

    def test_a_post_that_does_not_name_itself_takes_a_key(self):
        key = {"$ref": "#/components/parameters/IdempotencyKey"}
        for body, replayable, parameters in (
            (None, True, [key]),
            (ParcelMove, True, [key]),
            (ParcelMove, False, []),
            (ParcelCreate, True, []),
        ):
            spec = make_spec(body=body, replayable=replayable)
            operation = build(spec)["paths"]["/parcels"]["post"]
            self.assertEqual(operation["parameters"], parameters)

    def test_schemas_speak_the_language_of_the_wire(self):
        schemas = build(make_spec(body=ParcelCreate))["components"]["schemas"]
        created, parcel = schemas["ParcelCreate"], schemas["Parcel"]
        self.assertIs(created["additionalProperties"], False)
        self.assertEqual(created["properties"]["price"]["minimum"], 0)
        self.assertEqual(created["properties"]["insured"]["default"], 0.5)
        self.assertEqual(parcel["required"], ["weight", "sentAt", "note"])
        self.assertEqual(parcel["properties"]["sentAt"]["format"], "date-time")
        self.assertEqual(parcel["properties"]["weight"]["type"], "number")

    def test_fields_have_no_titles_made_up_from_their_names(self):
        schemas = build(make_spec(body=ParcelCreate))["components"]["schemas"]
        fields = [field for schema in schemas.values() for field in schema["properties"].values()]
        self.assertFalse([field for field in fields if isinstance(field.get("title"), str)])

    def test_path_and_query_become_parameters(self):
        spec = make_spec(
            path="/shelves/<uuid:shelf_id>/parcels", methods=("GET",), query=ParcelQuery
        )
        document = build(spec)
        operation = document["paths"]["/shelves/{shelfId}/parcels"]["get"]
        named = {parameter["name"]: parameter for parameter in operation["parameters"]}
        self.assertEqual(list(named), ["shelfId", "page", "limit", "recipientName"])
        self.assertEqual(named["shelfId"]["schema"], {"type": "string", "format": "uuid"})
        self.assertTrue(named["recipientName"]["required"])
        self.assertFalse(named["limit"]["required"])
        self.assertEqual(named["limit"]["schema"]["maximum"], 100)
        self.assertEqual(operation["responses"]["404"]["description"], "`not_found`")
        self.assertNotIn("ParcelQuery", document["components"]["schemas"])

    def test_failures_list_every_code_of_their_status(self):
        spec = make_spec(body=ParcelCreate, errors=(LockedOutError, InvalidJsonError))
        responses = build(spec)["paths"]["/parcels"]["post"]["responses"]
        self.assertEqual(codes_of(responses["400"]), ["invalid_json", "malformed_request"])
        self.assertEqual(
            codes_of(responses["401"]), ["token_expired", "token_invalid", "token_missing"]
        )
        self.assertEqual(codes_of(responses["429"]), ["locked_out", "rate_limited"])
        self.assertIn("Retry-After", responses["429"]["headers"])
        told = sorted(
            code for status in responses if status > "399" for code in codes_of(responses[status])
        )
        self.assertEqual(told, sorted({error.code for error in spec.possible_errors()}))

    def test_cached_reply_may_be_304(self):
        operation = build(make_spec(methods=("GET",), cached=True))["paths"]["/parcels"]["get"]
        self.assertEqual(operation["parameters"], [{"$ref": "#/components/parameters/IfNoneMatch"}])
        self.assertNotIn("content", operation["responses"]["304"])
        self.assertIn("ETag", operation["responses"]["200"]["headers"])

    def test_route_without_token_asks_none(self):
        operation = build(make_spec(roles=frozenset()))["paths"]["/parcels"]["post"]
        self.assertEqual(operation["security"], [])
        self.assertNotIn("401", operation["responses"])
        self.assertEqual(operation["description"], "No token needed.")

    def test_a_query_may_ask_for_a_file(self):
        spec = make_spec(methods=("GET",), query=ParcelQuery, files=("application/pdf",))
        content = build(spec)["paths"]["/parcels"]["get"]["responses"]["200"]["content"]
        self.assertEqual(list(content), ["application/json", "application/pdf"])
        self.assertEqual(content["application/pdf"], {})

    def test_page_is_no_envelope(self):
        spec = make_spec(methods=("GET",), reply=RawReply, media_type="text/html", roles=MANAGER)
        operation = build(spec)["paths"]["/parcels"]["get"]
        self.assertEqual(
            operation["responses"]["200"]["content"], {"text/html": {"schema": {"type": "string"}}}
        )
        self.assertEqual(operation["description"], "Roles: manager, owner.")


@tagged("post_install", "-at_install")
class TestLiveDocument(TransactionCase):
    def test_it_is_valid_and_names_exactly_the_live_routes(self):
        document = json.loads(self.env["ir.http"]._fynlo_openapi())
        validate(document)
        told = {
            (path, method.upper()) for path, item in document["paths"].items() for method in item
        }
        live = {
            (re.sub(r"<(?:\w+:)?(\w+)>", "{}", spec.path), method)
            for _, spec in live_routes(self.env)
            for method in spec.methods
        }
        self.assertEqual({(re.sub(r"\{\w+\}", "{}", path), verb) for path, verb in told}, live)
        self.assertIn(("/openapi.json", "GET"), told)
        self.assertFalse([name for name in document["components"]["schemas"] if "__" in name])

    def test_operation_names_are_unique(self):
        names = [spec.name for _, spec in live_routes(self.env)]
        self.assertEqual(len(names), len(set(names)), sorted(names))

    def test_every_route_says_what_it_does(self):
        silent = [spec.name for _, spec in live_routes(self.env) if not spec.summary]
        self.assertEqual(silent, [])

    def test_no_stored_answer_holds_a_secret(self):
        secret = re.compile(r"(?i)token|secret|password|\bpin\b|\bcode\b")
        schemas = {spec.name: spec.reply.model_fields for _, spec in live_routes(self.env)
                   if spec.replayable}  # fmt: skip
        kept = {name: [field for field in fields if secret.search(field)]
                for name, fields in schemas.items()}  # fmt: skip
        self.assertEqual({name: fields for name, fields in kept.items() if fields}, {})


@tagged("post_install", "-at_install")
class TestOpenApiHttp(HttpCase):
    def get(self, path, **headers):
        return self.url_open(f"/api/v1{path}", headers=headers, allow_redirects=False)

    def test_document_is_served_once_and_revalidated(self):
        first = self.get("/openapi.json")
        self.assertEqual(first.status_code, 200)
        self.assertEqual(first.headers["Content-Type"], "application/json")
        self.assertEqual(first.headers["Cache-Control"], "private, no-cache")
        self.assertEqual(first.json()["openapi"], "3.1.0")
        etag = first.headers["ETag"]
        for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            again = self.get("/openapi.json", **{"If-None-Match": known})
            self.assertEqual((again.status_code, again.content), (304, b""), known)
            self.assertEqual(again.headers["ETag"], etag)
        stale = self.get("/openapi.json", **{"If-None-Match": '"other"'})
        self.assertEqual(stale.status_code, 200)

    def test_document_goes_under_gzip_only_if_the_client_takes_it(self):
        for accepted, encoding in (
            ("gzip", "gzip"),
            ("*", "gzip"),
            ("gzip;q=0", None),
            ("identity", None),
            ("gzip;q=0, *", None),
        ):
            reply = self.get("/openapi.json", **{"Accept-Encoding": accepted})
            self.assertEqual(reply.headers.get("Content-Encoding"), encoding, accepted)
            self.assertEqual(reply.headers["Vary"], "Accept-Encoding")
            self.assertEqual(reply.json()["openapi"], "3.1.0")

    def test_docs_page_loads_nothing_from_elsewhere(self):
        page = self.get("/docs")
        self.assertEqual(page.status_code, 200)
        self.assertEqual(page.headers["Content-Type"], "text/html; charset=utf-8")
        policy = page.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("script-src 'self';", policy)
        self.assertNotIn("http", page.text.replace("<!doctype html>", ""))
        (script,) = re.findall(r'src="([^"]+)"', page.text)
        loaded = self.url_open(script)
        self.assertEqual(loaded.status_code, 200)
        self.assertIn("javascript", loaded.headers["Content-Type"])
        self.assertNotIn("Set-Cookie", page.headers)
