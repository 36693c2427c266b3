"""Connections that misbehave end, and the others do not feel it."""

import base64
import json
import os
import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage
from world import PATH, running_gateway, wait_until

WAIT_S = 10
#: What a client meets whose connection is cut at once.
TURNED_AWAY = (ConnectionClosed, ConnectionResetError, EOFError, InvalidMessage)


@pytest.fixture(scope="module")
def gateway(world, tmp_path_factory):
    """A gateway with narrow limits, so that they are met soon."""
    limits = {"HELLO_S": 1, "MAX_HALF_OPEN": 5, "MAX_PER_SESSION": 2, "WRITE_BUFFER_BYTES": 65536}
    with running_gateway(world, tmp_path_factory.mktemp("limits"), **limits) as running:
        yield running


def raw(gateway, token=None):
    """Return a socket that was upgraded, and signed in with ``token``; it never reads further."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.settimeout(WAIT_S)
    plain.connect(("127.0.0.1", gateway.port))
    key = base64.b64encode(os.urandom(16)).decode()
    plain.sendall(
        f"GET {PATH} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    assert plain.recv(4096).startswith(b"HTTP/1.1 101 ")
    if token:
        plain.sendall(masked(json.dumps({"type": "hello", "token": token}).encode(), 0x81))
        assert b"welcome" in plain.recv(4096)
    return plain


def masked(payload, first):
    """Return a client's frame; ``first`` is its first byte."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return bytes([first]) + size + b"\0\0\0\0" + payload


def is_gone(plain):
    """Tell whether the other end has closed."""
    try:
        while plain.recv(65536):
            pass
    except ConnectionResetError:
        return True
    return True


BAD = {
    "no json": "{",
    "a list": "[]",
    "another type": json.dumps({"type": "subscribe"}),
    "unknown key": json.dumps({"type": "hello", "rooms": ["store:1"]}),
    "wrong type": json.dumps({"type": "hello", "last": "1"}),
    "negative": json.dumps({"type": "hello", "last": -1}),
    "huge": '{"type": "hello", "last": 1e309}',
    "deep": "[" * 8000,
    "bytes": b'{"type": "hello"}',
    "long token": json.dumps({"type": "hello", "token": "x" * 5000}),
    "no id": json.dumps({"type": "hello", "store": "'; DROP TABLE pos_config; --"}),
}


@pytest.mark.parametrize("case", BAD)
def test_messages_of_another_shape_end_the_connection(join, case):
    client = join(is_silent=True)
    client.socket.send(BAD[case])
    assert client.closing() == (4400, "bad_message")


def test_two_megabytes_end_the_connection(join, world):
    client = join(world.token(world.add_till()))
    with pytest.raises(ConnectionClosed) as closed:
        client.socket.send("x" * 2_000_000)
        client.hear()
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009


def test_too_many_messages_end_the_connection(join, world):
    till = world.add_till()
    client = join(world.token(till))
    token = world.token(till)
    with pytest.raises(ConnectionClosed):
        for _ in range(60):
            client.say(type="reauth", token=token)
        client.closing()
        client.hear()
    assert client.closing()[0] == 4429


def test_a_flood_of_pings_ends_the_connection(gateway, join, world):
    stays = join(world.token(world.add_till()))
    plain = raw(gateway, world.token(world.add_till()))
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        for _ in range(5_000):
            plain.sendall(masked(b"x" * 100, 0x89))
    world.change()
    assert stays.hear()["type"] == "changes"


def test_who_says_nothing_has_to_go(gateway, join):
    began = time.monotonic()
    assert join(is_silent=True).closing() == (4408, "hello_late")
    with socket.create_connection(("127.0.0.1", gateway.port), WAIT_S) as half_open:
        half_open.sendall(b"GET /api/v1/realtime HTTP/1.1\r\n")
        assert is_gone(half_open)
    assert time.monotonic() - began < 4


def test_only_so_many_connections_are_half_open(gateway, world, join):
    held = [socket.create_connection(("127.0.0.1", gateway.port), WAIT_S) for _ in range(5)]
    with pytest.raises(TURNED_AWAY):
        join(world.token(world.add_till()))
    for plain in held:
        plain.close()
    token = world.token(world.add_till())

    def is_let_in():
        try:
            return join(token).welcome["type"] == "welcome"
        except TURNED_AWAY:
            return False

    assert wait_until(is_let_in)


def test_the_oldest_connection_of_a_session_makes_room(join, world):
    token = world.token(world.add_till())
    first, second, third = (join(token) for _ in range(3))
    assert first.closing() == (4409, "replaced")
    world.change()
    assert second.hear()["type"] == third.hear()["type"] == "changes"


def test_a_slow_reader_is_dropped_and_the_others_do_not_wait(gateway, world, join):
    store = world.add_store()
    reads, elsewhere = join(world.token(world.add_till(store))), join(world.token(world.add_till()))
    slow = raw(gateway, world.token(world.add_till(store)))
    slowest_s, pokes = 0, 0
    while not gateway.metric('fynlo_gateway_closed_total{reason="too_slow"}'):
        pokes += 1
        assert pokes < 500, "nobody was dropped"
        began = time.monotonic()
        world.change(f"table_{pokes}_{'x' * 6000}", store_id=store[0])
        assert reads.hear()["tables"][0].startswith(f"table_{pokes}_")
        slowest_s = max(slowest_s, time.monotonic() - began)
    world.change(store_id=store[0])
    assert reads.hear()["tables"] == ["product_product"]
    assert elsewhere.hear_all() == []
    assert slowest_s < 1
    assert wait_until(lambda: is_gone(slow))


def test_figures_are_for_this_machine(gateway):
    status, text = gateway.get("/metrics")
    assert status == 200
    assert 'fynlo_gateway_link_up{link="postgresear"} 1.0' in text
    assert 'fynlo_gateway_relayed_total{over="postgres"}' in text
    assert gateway.get("/metrics", **{"X-Forwarded-For": "203.0.113.9"})[0] == 403
