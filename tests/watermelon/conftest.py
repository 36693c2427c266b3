"""Fixtures of the tests with the real WatermelonDB."""

import pytest
from host import Host, Till, install
from store import NO_RATE_LIMITS, Store

from launcher.testing import run_python, running_server, scratch_database


@pytest.fixture(scope="session")
def node_home():
    """The folder with the client's packages."""
    return install()


@pytest.fixture(scope="session")
def store():
    """A store on two workers, with an open session."""
    with scratch_database(demo=True) as database:
        run_python(database, NO_RATE_LIMITS)
        with running_server(database) as server:
            store = Store(server)
            _device, sign_in = store.pair("Counter", "cashier")
            store.open_session(sign_in())
            yield store


@pytest.fixture(scope="module")
def host(node_home, request):
    """The process of this module's tills."""
    running = Host(node_home, request.module.__name__)
    yield running
    running.close()


@pytest.fixture
def new_till(store, host):
    """Make a till that has everything, as in ``new_till("Ada", role="manager")``."""

    def make(name, is_empty=False, **options):
        till = Till(host, store, name, **options)
        if not is_empty:
            till.sync()
        return till

    return make


@pytest.fixture(scope="module")
def pair(store, host):
    """Two tills that have everything."""
    tills = Till(host, store, "One", "manager"), Till(host, store, "Two", "manager")
    for till in tills:
        till.sync()
    return tills
