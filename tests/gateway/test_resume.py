"""Who comes back hears what he missed, or that nobody can tell any more."""

import pytest
from world import Client, running_gateway, wait_until

HELD = 5


@pytest.fixture(scope="module")
def gateway(world, tmp_path_factory):
    """A gateway that remembers little."""
    with running_gateway(world, tmp_path_factory.mktemp("resume"), HISTORY=HELD) as running:
        yield running


@pytest.fixture
def till(world):
    return world.add_till()


@pytest.fixture
def position(world, join, till):
    """Where a client was that has gone."""
    client = join(world.token(till))
    world.change("seen", store_id=till.store_id)
    poke = client.hear()
    client.close()
    return {"last": poke["id"], "epoch": poke["epoch"]}


def change_one_by_one(world, till, tables):
    """Make changes that the relay tells in as many batches."""
    for table in tables:
        before = relayed(world)
        world.change(table, store_id=till.store_id)
        wait_until(lambda before=before: relayed(world) > before)


def relayed(world):
    return world.run("SELECT position FROM fynlo_relay")[0][0]


def test_what_was_missed_comes_in_one_frame(world, join, till, position):
    change_one_by_one(world, till, ["missed_1"])
    world.change("of_another_store", store_id=world.add_till().store_id)
    change_one_by_one(world, till, ["missed_2"])
    client = join(world.token(till), **position)
    frame = client.hear()
    assert (frame["type"], frame["tables"]) == ("changes", ["missed_1", "missed_2"])
    assert (frame["id"], frame["epoch"]) == (client.welcome["id"], position["epoch"])
    world.change("later", store_id=till.store_id)
    following = client.hear()
    assert (following["id"], following["tables"]) == (frame["id"] + 1, ["later"])


def test_who_missed_nothing_hears_nothing(world, join, till, position):
    client = join(world.token(till), **position)
    assert client.welcome["id"] == position["last"]
    assert client.hear_all() == []


def test_who_was_away_for_too_long_has_to_pull(world, join, till, position):
    change_one_by_one(world, till, [f"missed_{number}" for number in range(HELD)])
    assert join(world.token(till), **position).hear()["type"] == "changes"
    change_one_by_one(world, till, ["one_more"])
    client = join(world.token(till), **position)
    assert client.hear()["type"] == "resync"
    assert client.hear_all() == []


@pytest.mark.parametrize(
    "wrong", [{"last": 2**50}, {"epoch": "9.9"}, {"epoch": "x"}, {"epoch": None}]
)
def test_a_place_that_does_not_exist_means_pulling(world, join, till, position, wrong):
    assert join(world.token(till), **{**position, **wrong}).hear()["type"] == "resync"


def test_a_restarted_gateway_knows_whether_anything_was_missed(world, till, tmp_path):
    with running_gateway(world, tmp_path) as first:
        client = Client(first, world.token(till))
        place = {"last": client.welcome["id"], "epoch": client.welcome["epoch"]}
        client.close()
    with running_gateway(world, tmp_path) as second:
        client = Client(second, world.token(till), **place)
        assert client.hear_all() == []
        client.close()
    before = relayed(world)
    world.change("while_it_was_away", store_id=till.store_id)
    wait_until(lambda: relayed(world) > before)
    with running_gateway(world, tmp_path) as third:
        client = Client(third, world.token(till), **place)
        assert client.hear()["type"] == "resync"
        client.close()


def test_everybody_pulls_when_the_changelog_begins_a_new_epoch(world, join, till):
    client = join(world.token(till))
    world.run("UPDATE fynlo_sync_epoch SET epoch = epoch + 1; SELECT pg_notify('fynlo_change', '')")
    frame = client.hear()
    assert frame["type"] == "resync"
    assert frame["epoch"] != client.welcome["epoch"]
    assert 0 <= frame["afterMs"] <= 1000
    world.change("later", store_id=till.store_id)
    assert client.hear()["tables"] == ["later"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fynlo_sync_epoch SET floor = '999999999'",
        "UPDATE fynlo_relay SET system_identifier = '1'",
    ],
    ids=["dropped changes", "a restored copy"],
)
def test_places_of_before_end_when_nobody_knows_what_changed(fresh_world, tmp_path, statement):
    till = fresh_world.add_till()
    with running_gateway(fresh_world, tmp_path) as first:
        client = Client(first, fresh_world.token(till))
        place = {"last": client.welcome["id"], "epoch": client.welcome["epoch"]}
        client.close()
    fresh_world.run(statement)
    with running_gateway(fresh_world, tmp_path) as second:
        wait_until(lambda: "begins_anew" in second.events())
        client = Client(second, fresh_world.token(till), **place)
        assert client.hear()["type"] == "resync"
        fresh_world.change("later", store_id=till.store_id)
        assert client.hear()["tables"] == ["later"]
        client.close()
