"""What the hub makes of batches that come twice, late, or with a hole before them."""

import json

import pytest
from fynlo_gateway.batch import Batch, Head, make_batches
from fynlo_gateway.hub import Hub
from fynlo_gateway.settings import Settings

ROOMS = frozenset({"all", "store:1"})


class Listener:
    """Stands for a connection; ``heard`` are the frames it was handed."""

    unread_bytes = 0

    def __init__(self):
        self.connection, self.rooms, self.heard = self, frozenset(), []

    def put(self, data):
        start = 2 if data[1] < 126 else 4
        self.heard.append(json.loads(data[start:]))


@pytest.fixture
def hub():
    made = Hub(Settings())
    made.catch_up(Head(1, 1, 10))
    return made


@pytest.fixture
def listener(hub):
    made = Listener()
    hub.join(made, ROOMS)
    return made


def batch(position, stream=1, term="first", table="a"):
    return Batch(Head(1, stream, position), {"store:1": [table]}, term=term)


def kinds(listener):
    return [frame["type"] for frame in listener.heard]


def test_what_comes_over_both_ways_is_told_once(hub, listener):
    for position in (11, 11, 12, 11, 12):
        hub.receive(batch(position))
    assert [frame["id"] for frame in listener.heard] == [11, 12]


def test_a_hole_means_pulling(hub, listener):
    hub.receive(batch(11))
    hub.receive(batch(13))
    hub.receive(batch(14))
    assert kinds(listener) == ["changes", "resync", "changes"]
    assert hub.missed(11, "1.1", ROOMS) is None
    assert hub.missed(13, "1.1", ROOMS) == {"a"}


def test_a_new_history_goes_on_where_the_old_one_ended(hub, listener):
    hub.receive(batch(11))
    hub.receive(batch(11, stream=2, term="second"))
    assert [(frame["id"], frame["epoch"]) for frame in listener.heard] == [(11, "1.1"), (11, "1.2")]
    assert hub.missed(10, "1.1", ROOMS) is None


def test_a_leader_whose_database_forgot_what_was_told_is_believed(hub, listener):
    for position in (11, 12, 13):
        hub.receive(batch(position))
    hub.receive(batch(12, term="second"))
    hub.receive(batch(13, term="second"))
    assert kinds(listener) == ["changes"] * 3 + ["resync", "changes"]


def test_batches_fit_into_a_notification():
    tables = {f"store:{number}": ["pos_order", "pos_order_line"] for number in range(1000)}
    batches = make_batches(Head(1, 1, 5), tables)
    assert [each.head.position for each in batches] == list(range(6, 6 + len(batches)))
    assert {room for each in batches for room in each.tables} == set(tables)
    assert max(len(each.to_json()) for each in batches) < 8000
    assert Batch.from_json(batches[0].to_json()) == batches[0]


def test_a_leader_that_finds_another_epoch_is_believed(hub, listener):
    """Epochs are drawn by lot: the one that follows may be the lower."""
    hub.receive(batch(11))
    hub.receive(Batch(Head(0, 2, 1), {}, is_unknown=True, term="first"))
    hub.receive(Batch(Head(0, 2, 2), {"store:1": ["b"]}, term="first"))
    hub.receive(batch(12))
    assert kinds(listener) == ["changes", "resync", "changes"]
    assert listener.heard[-1]["epoch"] == "0.2"


def test_a_link_that_was_made_again_finds_another_epoch(hub, listener):
    hub.catch_up(Head(0, 2, 0))
    assert kinds(listener) == ["resync"]
