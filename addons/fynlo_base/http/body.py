"""From the bytes of a request to checked values. Every refusal is a 4xx that says why."""

import math
import re
import zlib

from pydantic import ValidationError
from pydantic_core import from_json
from werkzeug.exceptions import RequestEntityTooLarge

from ..exceptions import (
    InvalidFieldsError,
    InvalidJsonError,
    MalformedRequestError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
)

MAX_DEPTH = 32
MAX_FIELD_ERRORS = 100
FIELD_MAX_LENGTH = 200
#: Escapes of JSON: a pair of surrogates, one without its other half, any other.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)
_REPLACEMENT = b"\\ufffd"


def read_body(httprequest, limit, inflated_limit=0):
    """Return the plain bytes of the body, inflated if it came under gzip.

    :param limit: most bytes allowed as sent
    :param inflated_limit: most bytes allowed as inflated, ``limit`` if 0
    :raise PayloadTooLargeError: more than that
    :raise UnsupportedMediaTypeError: another content type or encoding
    :raise MalformedRequestError: the bytes on the wire are broken
    """
    if httprequest.mimetype != "application/json":
        raise UnsupportedMediaTypeError()
    httprequest.max_content_length = limit + 1  # a body in chunks is cut there without a word
    try:
        # Kept: a handler that reads it by itself may run again.
        raw = httprequest.get_data()
    except RequestEntityTooLarge:
        raise _too_large(limit) from None
    except OSError:  # a chunk without a proper length
        raise MalformedRequestError() from None
    if len(raw) > limit:
        raise _too_large(limit)
    encoding = httprequest.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "gzip":
        return _inflate(raw, inflated_limit or limit)
    if encoding != "identity":
        raise UnsupportedMediaTypeError()
    return raw


def _too_large(limit):
    return PayloadTooLargeError(
        f"The body is larger than {limit} bytes.", details={"limitBytes": limit}
    )


def _inflate(raw, limit):
    inflater = zlib.decompressobj(wbits=31)  # 31: gzip header and checksum
    try:
        plain = inflater.decompress(raw, limit + 1)
    except zlib.error:
        raise InvalidJsonError("The body is not valid gzip.") from None
    if len(plain) > limit:
        raise _too_large(limit)
    if not inflater.eof or inflater.unused_data:
        raise InvalidJsonError("The body is not one complete gzip stream.")
    return plain


def parse_json(raw, is_batch=False):
    """Return the Python value of JSON ``raw``.

    :param is_batch: its records are checked one by one: only look how deep it is nested
    :raise InvalidJsonError: not JSON, or with values that nothing can store: infinite numbers,
        NUL characters, lone surrogates, nesting deeper than ``MAX_DEPTH``
    """
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidJsonError(f"The body is not valid JSON: {error}.") from None
    _check_storable(value, MAX_DEPTH, (lambda _value: None) if is_batch else check_scalar)
    return value


def mend_surrogates(raw):
    """Return JSON in which half a character is U+FFFD, as browsers send it.

    A program that cuts a text within an emoji writes such halves, and no parser takes a document
    with one: of a batch the other records would be lost with it.
    """
    if b"\\ud" not in raw and b"\\uD" not in raw:
        return raw
    lone = len(_REPLACEMENT)
    return _ESCAPE.sub(lambda match: _REPLACEMENT if len(match[0]) == lone else match[0], raw)


def _check_storable(value, depth, check):
    if depth == 0:
        raise InvalidJsonError(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, dict):
        for key, item in value.items():
            check(key)
            _check_storable(item, depth - 1, check)
    elif isinstance(value, list):
        for item in value:
            _check_storable(item, depth - 1, check)
    else:
        check(value)


def check_storable(value):
    """Refuse a part of a batch that nothing can store.

    :raise InvalidJsonError: infinite numbers, NUL characters
    """
    _check_storable(value, MAX_DEPTH, check_scalar)


def check_scalar(value):
    """Refuse a text or number that nothing can store."""
    if isinstance(value, str) and "\0" in value:
        raise InvalidJsonError("The body holds a NUL character.")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidJsonError("The body holds a number that is too large.")


def validate_body(schema, raw):
    """Return ``raw`` (JSON that :func:`parse_json` has accepted) as an instance of ``schema``.

    :raise InvalidFieldsError: names every bad field
    """
    try:
        return schema.model_validate_json(raw)
    except ValidationError as error:
        raise InvalidFieldsError(errors=list_field_errors(error)) from None


def validate_query(schema, args):
    """Return the query string as an instance of ``schema``; without a schema none is allowed.

    :param args: werkzeug ``MultiDict``
    :raise InvalidFieldsError: names every bad or unknown parameter
    """
    repeated = [name for name, values in args.lists() if len(values) > 1]
    unknown = [] if schema else list(args)
    if repeated or unknown:
        raise InvalidFieldsError(
            errors=[_field_error(name, "repeated", "Give it once.") for name in repeated]
            + [_field_error(name, "unknown", "This is not a known parameter.") for name in unknown]
        )
    if schema is None:
        return None
    values = args.to_dict()
    if any("\0" in text for pair in values.items() for text in pair):
        error = _field_error("query", "invalid", "It holds a NUL character.")
        raise InvalidFieldsError(errors=[error])
    try:
        return schema.model_validate_strings(values)
    except ValidationError as error:
        raise InvalidFieldsError(errors=list_field_errors(error)) from None


def _field_error(field, code, message):
    return {"field": field, "code": code, "message": message}


_CODES = {"missing": "required", "extra_forbidden": "unknown"}


def list_field_errors(error):
    """Return pydantic's errors as ``[{"field", "code", "message"}]``, without the input.

    A body of a megabyte can be wrong in a hundred thousand ways: the first ones are told.
    """
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [
        _field_error(
            ".".join(str(part) for part in item["loc"])[:FIELD_MAX_LENGTH] or "body",
            _CODES.get(item["type"], item["type"]),
            item["msg"].removeprefix("Value error, "),
        )
        for item in found[:MAX_FIELD_ERRORS]
    ]
