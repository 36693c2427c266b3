"""Bytes that no decent client sends, to a real server with workers: it says no and goes on."""

import gzip
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from host import Till

WAIT_S = 30
LIMIT_BYTES, INFLATED_BYTES = 1 << 20, 8 << 20
JSON = "Content-Type: application/json"
GZIP = "Content-Encoding: gzip"


@pytest.fixture(scope="module")
def till(store, host):
    """A till with everything, and a sale as JSON of a push in each call of ``raw``."""
    till = Till(host, store, "Wire")
    till.sync()
    return till


def push_of(store, till):
    """Return ``(id of an order, body of a push that sells it)``."""
    sale = store.sale(till.tables())
    changes = {table: {"created": [{"id": row_id, **row}]} for table, _kind, row_id, row in sale}
    return sale[0][2], json.dumps(changes).encode()


def send(store, till, body, *head, length=None, ends=True):
    """Send a push as raw bytes; return ``(status, code)``; ``None``: it was cut without a word.

    :param length: what ``Content-Length`` says, the truth if left out, nothing if ``False``
    :param ends: whether the client closes its side, as one does that has no more to say
    """
    url = urlsplit(store.base_url)
    lines = [f"POST {url.path}/sync/push HTTP/1.1", f"Host: {url.netloc}", JSON]
    lines += [f"Authorization: Bearer {till.token}", f"X-Store-Id: {store.id}", *head]
    if length is not False:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    with socket.create_connection((url.hostname, url.port), WAIT_S) as peer:
        try:
            peer.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            if ends:
                peer.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: peer.recv(65536), b""))
        except ConnectionError:
            return None
    top, _, content = answer.partition(b"\r\n\r\n")
    return int(top.split(b" ", 2)[1]), json.loads(content).get("code")


def booked(store, *ids):
    query = "SELECT count(*) FROM pos_order WHERE uuid = ANY(%s)"
    noted = "SELECT count(*) FROM fynlo_sync_op WHERE subject = ANY(%s)"
    return store.count(query, list(ids)), store.count(noted, list(ids))


def test_bodies_that_are_not_what_they_say(store, till):
    order, body = push_of(store, till)
    packed = gzip.compress(body)
    bomb = gzip.compress(b" " * (INFLATED_BYTES + 1))
    large = gzip.compress(b" " * 200_000_000)
    assert max(len(bomb), len(large)) < LIMIT_BYTES
    long_text = body.replace(b'"takeaway"', b'"' + b"x" * 10_000_000 + b'"')
    invalid, too_large = (400, "invalid_json"), (413, "payload_too_large")
    media = (415, "unsupported_media_type")
    for name, told, options in (
        ("shorter than it is", invalid, {"length": 10}),
        ("longer than it is", (400, "malformed_request"), {"length": len(body) + 10}),
        ("endless", too_large, {"length": 10**12}),
        ("no length", invalid, {"length": False}),
        ("chunks of nonsense", (400, "malformed_request"),
         {"length": False, "head": ["Transfer-Encoding: chunked"]}),
        ("not gzip", invalid, {"head": [GZIP]}),
        ("gzip that is not told", invalid, {"body": packed}),
        ("deflate", media, {"head": ["Content-Encoding: deflate"]}),
        ("twice", media, {"head": ["Content-Encoding: gzip, gzip"]}),
        ("cut off", invalid, {"body": packed[:-9], "head": [GZIP]}),
        ("half of it", invalid, {"body": packed[: len(packed) // 2], "head": [GZIP]}),
        ("bomb", too_large, {"body": bomb, "head": [GZIP]}),
        ("large bomb", too_large, {"body": large, "head": [GZIP]}),
        ("ten megabytes", too_large, {"body": long_text}),
        ("ten megabytes under gzip", too_large, {"body": gzip.compress(long_text), "head": [GZIP]}),
    ):  # fmt: skip
        head = options.pop("head", ())
        answer = send(store, till, options.pop("body", body), *head, **options)
        assert answer in (told, None) if told == too_large else answer == told, name
        assert booked(store, order) == (0, 0), name
    assert send(store, till, packed, GZIP) == (200, None)
    assert booked(store, order) == (1, 1)


def test_a_body_that_never_ends_holds_nobody_up(store, till):
    """As many of them as there are workers, and more; the store goes on meanwhile."""
    order, body = push_of(store, till)
    lost, other = push_of(store, till)
    with ThreadPoolExecutor(5) as threads:
        stuck = [
            threads.submit(send, store, till, other, length=len(other) + 9, ends=False)
            for _ in range(4)
        ]
        assert send(store, till, body) == (200, None)
        answers = {each.result(WAIT_S) for each in stuck}
    assert answers <= {(400, "malformed_request"), None}
    assert booked(store, order, lost) == (1, 1)


def test_the_same_batch_twice_in_parallel(store, till):
    pushes = [push_of(store, till) for _ in range(3)]
    ids = [order for order, _body in pushes]
    changes = [json.loads(body) for _order, body in pushes]
    whole = {
        table: {"created": [row for each in changes for row in each[table]["created"]]}
        for table in changes[0]
    }
    body = gzip.compress(json.dumps(whole).encode())
    with ThreadPoolExecutor(6) as threads:
        sent = [threads.submit(send, store, till, body, GZIP) for _ in range(6)]
        assert {each.result(WAIT_S) for each in sent} == {(200, None)}
    assert booked(store, *ids) == (3, 3)
    query = "SELECT count(*) FROM pos_payment p JOIN pos_order o ON o.id = p.pos_order_id"
    assert store.count(query + " WHERE o.uuid = ANY(%s)", ids) == 3
