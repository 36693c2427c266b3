"""The OpenAPI 3.1 document, made of the routes' own declarations: it cannot say anything else."""

import re
from decimal import Decimal
from http import HTTPStatus
from itertools import groupby

from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

_REF = "#/components/schemas/{model}"
_JSON = "application/json"
_PATH_PART = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
_PATH_SCHEMAS = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer"},
}
_TEXT = {"type": "string"}
_UUID = {"type": "string", "format": "uuid"}

_INFO = """JSON, UTF-8, camelCase. Money is an integer in minor units of the store's currency, \
time is RFC 3339 in UTC. A success is `{"success": true, "data": ...}`, a failure \
`{"success": false, "code": ...}`; `code` is the contract, `message` is for people. \
A body may come, and a reply goes, under gzip."""

_FAILURE = {
    "type": "object",
    "title": "Failure",
    "required": ["success", "code", "message", "errors", "details", "requestId"],
    "properties": {
        "success": {"const": False},
        "code": _TEXT,
        "message": {"type": "string", "description": "For people; may change at any time."},
        "errors": {"type": "array", "items": {"$ref": _REF.format(model="FieldError")}},
        "details": {"type": "object", "description": "Facts that a program may use."},
        "requestId": _TEXT,
    },
}
_FIELD_ERROR = {
    "type": "object",
    "title": "FieldError",
    "required": ["field", "code", "message"],
    "properties": {
        "field": {"type": "string", "description": "Path in the body, e.g. `lines.0.quantity`."},
        "code": _TEXT,
        "message": _TEXT,
    },
}
_HEADERS = {
    "RequestId": {"description": "Quote it when you ask for help.", "schema": _TEXT},
    "IdempotentReplay": {
        "description": "`true`: the answer of an earlier, equal request; nothing was done.",
        "schema": {"const": "true"},
    },
    "ETag": {"description": "Send it back in `If-None-Match`.", "schema": _TEXT},
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "string"}},
}
_PARAMETERS = {
    "StoreId": {
        "name": "X-Store-Id",
        "in": "header",
        "description": "Id of the store; may be left out when the token serves one store.",
        "schema": _UUID,
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key with the same body gives the same answer and does nothing. "
        "Where the body carries an `id`, that id is the key instead.",
        "schema": {"type": "string", "minLength": 8, "maxLength": 255},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of the copy that you hold.",
        "schema": _TEXT,
    },
}


def build_document(specs, *, server_url, version):
    """Return the OpenAPI document of routes, as a dict that is ready for JSON.

    :param specs: iterable of :class:`~..http.route.ApiSpec`
    :param server_url: what stands before each path, e.g. ``/api/v1``
    :param version: version of the API, as text
    """
    specs = list(specs)
    refs, schemas = _make_schemas(specs)
    paths = {}
    for spec in specs:
        item = paths.setdefault(_format_path(spec.path), {})
        for method in spec.methods:
            item[method.lower()] = _make_operation(spec, method, refs, schemas)
    for schema in {spec.query for spec in specs if spec.query}:
        del schemas[_name_of(refs[schema, "validation"])]  # it is spelled out as parameters
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fynlo API", "version": version, "description": _INFO},
        "servers": [{"url": server_url}],
        "tags": [{"name": tag} for tag in sorted({spec.tag for spec in specs})],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Failure": _FAILURE, "FieldError": _FIELD_ERROR},
            "headers": _HEADERS,
            "parameters": _PARAMETERS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _make_schemas(specs):
    """Return the reference of each ``(schema, mode)``, and the schemas by name."""
    inputs = [schema for spec in specs for schema in (spec.body, spec.query) if schema]
    outputs = [spec.reply for spec in specs if spec.is_enveloped]
    modes = dict.fromkeys([(schema, "validation") for schema in inputs])
    modes |= dict.fromkeys([(schema, "serialization") for schema in outputs])
    refs, document = models_json_schema(
        list(modes), ref_template=_REF, schema_generator=_SchemaGenerator
    )
    return refs, document.get("$defs", {})


class _SchemaGenerator(GenerateJsonSchema):
    """Decimal numbers are numbers on the wire, as defaults too; fields have no made-up titles."""

    def encode_default(self, dft):
        return float(dft) if isinstance(dft, Decimal) else super().encode_default(dft)

    def field_title_should_be_set(self, schema):
        return False


def _name_of(reference):
    return reference["$ref"].rpartition("/")[2]


def _format_path(path):
    """Turn werkzeug's ``/orders/<uuid:order_id>`` into ``/orders/{orderId}``."""
    return _PATH_PART.sub(lambda part: "{%s}" % to_camel(part["name"]), path)


def _make_operation(spec, method, refs, schemas):
    operation = {
        "operationId": spec.name if len(spec.methods) == 1 else f"{spec.name}.{method.lower()}",
        "tags": [spec.tag],
        "summary": spec.summary,
        "description": _describe(spec),
        "security": [{"bearer": []}] if spec.roles else [],
        "parameters": _make_parameters(spec, refs, schemas),
        "responses": _make_successes(spec, refs) | _make_failures(spec),
    }
    if spec.body:
        content = {_JSON: {"schema": refs[spec.body, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _describe(spec):
    roles = ", ".join(sorted(spec.roles))
    told = f"Roles: {roles}." if roles else "No token needed."
    return f"{spec.description}\n\n{told}" if spec.description else told


def _make_parameters(spec, refs, schemas):
    parameters = [
        {
            "name": to_camel(part["name"]),
            "in": "path",
            "required": True,
            "schema": _PATH_SCHEMAS.get(part["converter"], {"type": "string", "minLength": 1}),
        }
        for part in _PATH_PART.finditer(spec.path)
    ]
    if spec.query:
        parameters += _make_query(schemas[_name_of(refs[spec.query, "validation"])])
    taken = {
        "StoreId": spec.store_scoped,
        "IdempotencyKey": spec.replayable and not _names_itself(spec.body),
        "IfNoneMatch": spec.cached,
    }
    shared = [name for name, is_taken in taken.items() if is_taken]
    return parameters + [{"$ref": f"#/components/parameters/{name}"} for name in shared]


def _names_itself(body):
    """Tell whether every such body has an ``id``, which is the key then."""
    return body is not None and "id" in body.model_fields and body.model_fields["id"].is_required()


def _make_query(schema):
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": inner}
        for name, inner in schema["properties"].items()
    ]


def _make_successes(spec, refs):
    responses = {str(spec.status): _make_success(spec, refs, {"ETag"} if spec.cached else set())}
    if spec.replayable:
        responses["200"] = _make_success(spec, refs, {"IdempotentReplay"})
    if spec.cached:
        responses["304"] = {
            "description": "Your copy is current.",
            "headers": _make_headers({"ETag"}),
        }
    return responses


def _make_success(spec, refs, headers):
    return {
        "description": HTTPStatus(spec.status).phrase,
        "headers": _make_headers(headers),
        "content": {
            spec.media_type: {"schema": _make_envelope(spec, refs)},
            **{media_type: {} for media_type in spec.files},  # bytes: no schema says more
        },
    }


def _make_envelope(spec, refs):
    if not spec.is_enveloped:
        return {"type": "object"} if spec.media_type == _JSON else _TEXT
    return {
        "type": "object",
        "required": ["success", "data", "message", "requestId"],
        "properties": {
            "success": {"const": True},
            "data": refs[spec.reply, "serialization"],
            "message": _TEXT,
            "requestId": _TEXT,
        },
    }


def _make_failures(spec):
    errors = sorted(spec.possible_errors(), key=lambda error: (error.status, error.code))
    return {
        str(status): _make_failure(status, [error.code for error in group])
        for status, group in groupby(errors, key=lambda error: error.status)
    }


def _make_failure(status, codes):
    narrowed = {"properties": {"code": {"enum": sorted(set(codes))}}}
    schema = {"allOf": [{"$ref": _REF.format(model="Failure")}, narrowed]}
    return {
        "description": ", ".join(f"`{code}`" for code in sorted(set(codes))),
        "headers": _make_headers({"RetryAfter"} if status in (429, 503) else set()),
        "content": {_JSON: {"schema": schema}},
    }


def _make_headers(names):
    headers = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
    spelling = {
        "ETag": "ETag",
        "IdempotentReplay": "Idempotent-Replay",
        "RetryAfter": "Retry-After",
    }
    return headers | {
        spelling[name]: {"$ref": f"#/components/headers/{name}"} for name in sorted(names)
    }
