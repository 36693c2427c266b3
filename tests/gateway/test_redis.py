"""Several gateways over Redis; Redis that forgets, ends and comes back."""

import signal
from contextlib import closing

import pytest
from redis import Redis
from world import Client, running_gateway, wait_until

from launcher import ports, process, redis
from launcher.testing import bed


class Valkey:
    """A server of one test's own, always at the same address."""

    def __init__(self, folder, port):
        self._folder, self._port = folder, port
        self.start()

    def start(self):
        python, log = bed().installation.python, self._folder / "valkey.log"
        self.mark, self.url = redis.start(self._folder, python, log, self._port)

    def stop(self):
        process.stop(self.mark)

    def client(self):
        return closing(Redis.from_url(self.url, decode_responses=True))


@pytest.fixture
def valkey(tmp_path):
    with ports.hold() as port:
        server = Valkey(tmp_path, port)
        yield server
        server.stop()


@pytest.fixture
def pair(fresh_world, valkey, tmp_path):
    """Two gateways, the leader first."""
    with running_gateway(fresh_world, tmp_path, REDIS_URL=valkey.url) as first:
        first.wait_for(lambda health: health["leader"] and all(health["links"].values()))
        with running_gateway(fresh_world, tmp_path, REDIS_URL=valkey.url) as second:
            second.wait_for(lambda health: all(health["links"].values()))
            yield first, second


def place_of(frame):
    return {"last": frame["id"], "epoch": frame["epoch"]}


def test_one_store_is_served_by_two_gateways(fresh_world, valkey, pair):
    store = fresh_world.add_store()
    tokens = [fresh_world.token(fresh_world.add_till(store)) for _ in range(3)]
    first, second = (Client(gateway, token) for gateway, token in zip(pair, tokens, strict=False))
    other = Client(pair[1], fresh_world.token(fresh_world.add_till()))
    with valkey.client() as inside:
        fresh_world.change("pos_order", store_id=store[0])
        assert first.hear()["tables"] == second.hear()["tables"] == ["pos_order"]
        assert other.hear_all() == []
        keys = inside.keys("fynlo:*:store:*")
        assert len(keys) == 1
        assert inside.xlen(keys[0]) == 1
    assert pair[0].metric('fynlo_gateway_relayed_total{over="redis"}') > 0
    assert pair[0].metric('fynlo_gateway_relayed_total{over="postgres"}') == 0
    place = place_of(first.welcome)
    first.close()
    fresh_world.change("pos_payment", store_id=store[0])
    assert second.hear()["tables"] == ["pos_payment"]
    moved = Client(pair[1], tokens[0], **place)
    assert moved.hear()["tables"] == ["pos_order", "pos_payment"]
    for client in (second, other, moved):
        client.close()


def test_what_a_restarted_gateway_forgot_is_in_redis(fresh_world, valkey, pair, tmp_path):
    till = fresh_world.add_till()
    client = Client(pair[0], fresh_world.token(till))
    fresh_world.change("heard", store_id=till.store_id)
    place = place_of(client.hear())
    client.close()
    head = fresh_world.run("SELECT position FROM fynlo_relay")[0][0]
    fresh_world.change("missed", store_id=till.store_id)
    fresh_world.change("for_all")
    wait_until(lambda: fresh_world.run("SELECT position FROM fynlo_relay")[0][0] > head)
    with running_gateway(fresh_world, tmp_path, REDIS_URL=valkey.url) as third:
        client = Client(third, fresh_world.token(till), **place)
        frame = client.hear()
        assert (frame["type"], frame["tables"]) == ("changes", ["for_all", "missed"])
        client.close()


def test_losing_redis_loses_no_change(fresh_world, valkey, pair):
    till = fresh_world.add_till()
    client = Client(pair[1], fresh_world.token(till))
    for act in (valkey.stop, valkey.start):
        fresh_world.change("before", store_id=till.store_id)
        assert client.hear()["tables"] == ["before"]
        act()
        for number in range(3):
            fresh_world.change(f"after_{number}", store_id=till.store_id)
            assert client.hear()["tables"] == [f"after_{number}"]
    client.close()


def test_redis_that_forgot_everything_is_noticed(fresh_world, valkey, pair, tmp_path):
    till = fresh_world.add_till()
    client = Client(pair[1], fresh_world.token(till))
    fresh_world.change("told", store_id=till.store_id)
    place = place_of(client.hear())
    with valkey.client() as inside:
        inside.flushall()
    fresh_world.change("forgotten", store_id=till.store_id)
    poke = client.hear()
    assert (poke["type"], poke["tables"]) == ("changes", ["forgotten"])
    assert poke["epoch"] != place["epoch"]
    client.close()
    late = Client(pair[1], fresh_world.token(till), **place)
    assert late.hear()["type"] == "resync"
    late.close()


def test_the_next_leader_tells_what_a_killed_one_may_not_have_told(fresh_world, pair):
    till = fresh_world.add_till()
    client = Client(pair[1], fresh_world.token(till))
    names = [f"table_{number}" for number in range(40)]
    for number, name in enumerate(names):
        fresh_world.change(name, store_id=till.store_id)
        if number == 20:
            pair[0].process.send_signal(signal.SIGKILL)
    pair[1].wait_for(lambda health: health["leader"])
    assert {frame["type"] for frame in client.hear_of(*names)} == {"changes"}
    client.close()
