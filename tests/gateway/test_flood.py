"""Thousands of connections that never sign in: others are let in, and memory stays."""

import os
import socket
from contextlib import ExitStack
from functools import partial

import psutil
import pytest
from test_limits import TURNED_AWAY, WAIT_S
from world import running_gateway, wait_until

IS_LONG = bool(os.environ.get("FYNLO_LONG_TESTS"))
FLOOD, MAX_HALF_OPEN = (10_000, 2_048) if IS_LONG else (2_000, 500)
#: A silent connection makes room after one second, and has to go by itself after more.
LET_IN_WITHIN_S, HELLO_S = (8, 12) if IS_LONG else (4, 5)
#: All floods together take no more than the first one does, which is less than this.
ROOM_BYTES = FLOOD * 20_000
#: How each of them stops: with nothing, with half a request, with a request and no hello.
STOPS = {
    "silent": b"",
    "half a request": b"GET /api/v1/realtime HTTP/1.1\r\nHost: x\r\n",
    "no hello": (
        b"GET /api/v1/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ),
}


@pytest.fixture(scope="module")
def gateway(world, tmp_path_factory):
    """A gateway with few places for who is not signed in; a long test takes the default."""
    limits = {"HELLO_S": HELLO_S, "MAX_HALF_OPEN": MAX_HALF_OPEN}
    with running_gateway(world, tmp_path_factory.mktemp("flood"), **limits) as running:
        yield running


@pytest.fixture(scope="module")
def at_first(gateway):
    """How much memory the gateway takes before the first flood."""
    return memory(gateway)


def flood(gateway, held, stop):
    """Open connections that go so far and no further."""
    for _ in range(FLOOD):
        plain = held.enter_context(socket.create_connection(("127.0.0.1", gateway.port), WAIT_S))
        try:
            plain.sendall(STOPS[stop])
        except OSError:
            continue  # it was cut already


def memory(gateway):
    return psutil.Process(gateway.process.pid).memory_info().rss


@pytest.mark.parametrize("stop", STOPS if IS_LONG else list(STOPS)[1:2])
def test_a_flood_of_half_open_connections_keeps_nobody_out(gateway, at_first, world, join, stop):
    stays = join(world.token(world.add_till()))
    tokens = [world.token(world.add_till()) for _ in range(20)]

    def let_in(token):
        try:
            return join(token).welcome["type"] == "welcome"
        except TURNED_AWAY:
            return False

    with ExitStack() as held:
        flood(gateway, held, stop)
        for token in tokens:
            wait_until(partial(let_in, token), LET_IN_WITHIN_S)
        assert gateway.get("/healthz")[0] == 200
        assert gateway.metric("fynlo_gateway_half_open") <= MAX_HALF_OPEN
        world.change("during")
        assert stays.hear_of("during")
        assert memory(gateway) - at_first < ROOM_BYTES
        wait_until(lambda: gateway.metric("fynlo_gateway_half_open") <= 1, 3 * HELLO_S)
