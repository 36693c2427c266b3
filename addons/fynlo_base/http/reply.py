"""From a handler's result to the bytes of the envelope."""

import gzip
import struct
import zlib
from dataclasses import dataclass, field
from hashlib import sha256

from odoo.http import Response
from pydantic_core import to_json
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

GZIP_MIN_BYTES = 1024
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_NO_STORE = "no-store"
_REVALIDATE = "private, no-cache"


@dataclass(frozen=True)
class BytesReply:
    """``data`` that was serialised before: a cached document.

    Make it with :meth:`pack`. The deflated form can be put between the two ends of an envelope
    without compressing the document again.

    :ivar body: JSON of ``data``
    :ivar etag: strong entity tag, with its quotes
    :ivar deflated: raw deflate blocks of ``body``, ended by a full flush
    """

    body: bytes
    etag: str
    deflated: bytes

    @classmethod
    def pack(cls, body):
        """Return ``body`` (JSON bytes) with its tag and its compressed form."""
        return cls(body, make_etag(body), _deflate(body, zlib.Z_FULL_FLUSH))


@dataclass(frozen=True)
class RawReply:
    """A success that is no envelope: a page, a text, the OpenAPI document.

    :ivar etag: strong entity tag, with its quotes, if the client may revalidate its copy
    """

    body: bytes
    media_type: str
    headers: dict = field(default_factory=dict)
    etag: str | None = None


def make_etag(body):
    """Return the strong entity tag of ``body``, with its quotes."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def _deflate(data, flush):
    packer = zlib.compressobj(level=6, wbits=-15)  # -15: raw, no header
    return packer.compress(data) + packer.flush(flush)


def accepts_gzip(httprequest):
    """Tell whether the client takes gzip."""
    accepted = parse_accept_header(httprequest.headers.get("Accept-Encoding"), Accept)
    return accepted["gzip"] > 0


def serialise_data(result):
    """Return ``result`` (a reply schema or ``None``) as the JSON bytes of ``data``."""
    if result is None:
        return b"{}"
    return result.model_dump_json(by_alias=True).encode()


def envelope_parts(message, request_id):
    """Return what stands before and after ``data`` in a success."""
    tail = b',"message":%s,"requestId":%s}' % (to_json(message), to_json(request_id))
    return b'{"success":true,"data":', tail


def make_success(spec, data, request_id, *, status, headers, gzipped):
    """Return the success response around the JSON bytes ``data``."""
    head, tail = envelope_parts(spec.message, request_id)
    return _respond(head + data + tail, status, {"Cache-Control": _NO_STORE, **headers}, gzipped)


def make_failure(error, request_id, gzipped=False):
    """Return the failure response of ``error`` (a ``FynloError``)."""
    body = {"success": False, "code": error.code, "message": str(error)}
    body |= {"errors": error.errors, "details": error.details, "requestId": request_id}
    headers = {"Cache-Control": _NO_STORE, **error.headers}
    if error.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")  # RFC 9110, 15.5.2: a 401 names a scheme
    return _respond(to_json(body), error.status, headers, gzipped)


def make_document(spec, document, request_id, *, gzipped, none_match):
    """Return the response for a :class:`BytesReply`: 304, or the envelope around its bytes.

    :param none_match: the request's ``If-None-Match`` (werkzeug ``ETags``)
    """
    headers = {"ETag": document.etag, "Cache-Control": _REVALIDATE}
    if _is_known(document.etag, none_match):
        return _not_modified(headers)
    head, tail = envelope_parts(spec.message, request_id)
    if not gzipped:
        return _respond(head + document.body + tail, spec.status, headers, False)
    size = len(head) + len(document.body) + len(tail)
    checksum = zlib.crc32(tail, zlib.crc32(document.body, zlib.crc32(head)))
    packed = b"".join([
        _GZIP_HEADER,
        _deflate(head, zlib.Z_FULL_FLUSH),
        document.deflated,
        _deflate(tail, zlib.Z_FINISH),
        struct.pack("<II", checksum, size & 0xFFFFFFFF),
    ])  # fmt: skip
    return _plain(packed, spec.status, {**headers, "Content-Encoding": "gzip"})


def make_raw(spec, raw, *, gzipped, none_match):
    """Return the response for a :class:`RawReply`: 304, or its bytes as they are."""
    headers = {"Cache-Control": _NO_STORE, **raw.headers}
    if raw.etag:
        headers |= {"ETag": raw.etag, "Cache-Control": _REVALIDATE}
        if _is_known(raw.etag, none_match):
            return _not_modified(headers)
    return _respond(raw.body, spec.status, headers, gzipped, raw.media_type)


def make_options(allowed):
    """Return the response to ``OPTIONS``: the methods of the path and nothing else."""
    return _without_body(204, {"Allow": ", ".join(allowed), "Cache-Control": _NO_STORE})


def _is_known(etag, none_match):
    return none_match.contains_weak(etag.strip('"'))


def _not_modified(headers):
    return _without_body(304, {**headers, "Vary": "Accept-Encoding"})


def _without_body(status, headers):
    response = Response(status=status, headers=headers)
    response.headers.remove("Content-Type")  # of nothing; werkzeug would call it a page
    return response


def _respond(body, status, headers, gzipped, media_type="application/json"):
    if gzipped and len(body) >= GZIP_MIN_BYTES:
        body = gzip.compress(body, compresslevel=5, mtime=0)
        headers = {**headers, "Content-Encoding": "gzip"}
    return _plain(body, status, headers, media_type)


def _plain(body, status, headers, media_type="application/json"):
    headers = {"Vary": "Accept-Encoding", **headers}
    return Response(body, status=status, headers=headers, content_type=media_type)
