"""Fixtures of the gateway's tests."""

import sys

import pytest

from launcher.paths import ADDONS

sys.path.insert(0, str(ADDONS / "fynlo_sync"))

from world import Client, Keys, World, running_gateway

from launcher.testing import scratch_database


@pytest.fixture(scope="session")
def keys():
    """The keys that sign the tests' tokens."""
    served = Keys()
    yield served
    served.close()


@pytest.fixture(scope="module")
def world(keys):
    """A database of this module's own."""
    with scratch_database(empty=True) as database:
        yield World(database.dsn, keys)


@pytest.fixture
def fresh_world(keys):
    """A database of one test's own."""
    with scratch_database(empty=True) as database:
        yield World(database.dsn, keys)


@pytest.fixture(scope="module")
def gateway(world, tmp_path_factory):
    """A gateway that this module's tests share."""
    with running_gateway(world, tmp_path_factory.mktemp("gateway"), REFRESH_S=1) as running:
        yield running
        failures = {"worker_failed", "sweep_failed"} & set(running.events())
        assert not failures, running.log.read_text()


@pytest.fixture
def join(gateway):
    """Make a :class:`world.Client` of the shared gateway, as in ``join(token, last=3)``."""
    made = []

    def make(*arguments, **options):
        made.append(Client(gateway, *arguments, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()
