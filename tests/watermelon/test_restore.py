"""The database is restored to what it was yesterday, by PostgreSQL's own programs."""

import os
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from host import Till
from store import Store, settle

from launcher.testing import bed, lift_rate_limits, running_server, scratch_database

IS_LONG = bool(os.environ.get("FYNLO_LONG_TESTS"))


@pytest.fixture(scope="module")
def yesterday(host, tmp_path_factory):
    """A database with its dump, and two tills that were at work on it since.

    Each has a sale that is in the dump, one that the server got later, and one that is not sent.
    """
    dump = tmp_path_factory.mktemp("restore") / "yesterday.dump"
    with scratch_database(demo=True) as database:
        lift_rate_limits(database)
        with running_server(database) as server:
            store = Store(server)
            _device, sign_in = store.pair("Counter", "cashier")
            store.open_session(sign_in())
            tills = [Till(host, store, name) for name in ("One", "Two")]
            old = [sell(store, till) for till in tills]
            run("pg_dump", "-Fc", "--file", dump, "--dbname", database.name)
            new = [sell(store, till) for till in tills]
            unsent = [store.sale(till.tables()) for till in tills]
            for till, sale in zip(tills, unsent, strict=True):
                till.write(*sale)
            sales = list(zip(old, new, unsent, strict=True))
        yield SimpleNamespace(database=database, dump=dump, tills=tills, sales=sales)


def sell(store, till):
    """Sell and synchronize; return the sale."""
    till.sync()
    sale = store.sale(till.tables())
    till.write(*sale)
    till.sync()
    return sale


def run(program, *arguments):
    server = bed().server
    command = [server.programs / program, *arguments]
    subprocess.run(command, env={**os.environ, **server.environment}, check=True)


def restore(dump, database):
    """Restore a dump into a database in place of what is there."""
    run("pg_restore", "--no-owner", "--clean", "--if-exists", "--exit-on-error",
        "--dbname", database.name, dump)  # fmt: skip


def check_goes_on(yesterday, number, database):
    """A till goes on with the restored database: it has what the server has, and what is unsent."""
    till, (old, new, unsent) = yesterday.tills[number], yesterday.sales[number]
    with running_server(database) as server:
        store = Store(server)
        till.move(store)
        assert till.row("orders", new[0][2])
        results = till.sync()
        assert results[unsent[0][2]]["status"] == "applied", results
        truth = settle(store, till)
    assert not till.unsent()
    assert truth["orders"][old[0][2]]["paymentState"] == "paid"
    assert truth["orders"][unsent[0][2]]["paymentState"] == "paid"
    assert truth["payments"][unsent[2][2]]["amount"] == unsent[2][3]["amount"]
    # The server has never heard of it: a till that kept it would show what is in no book.
    assert till.row("orders", new[0][2]) is till.row("payments", new[2][2]) is None


@contextmanager
def restored(yesterday, is_copy):
    """Give the database that the dump was restored into."""
    if not is_copy:
        restore(yesterday.dump, yesterday.database)
        yield yesterday.database
        return
    with scratch_database(empty=True) as empty:
        restore(yesterday.dump, empty)
        yield replace(empty, demo=yesterday.database.demo)


@pytest.mark.parametrize("is_copy", [False, True] if IS_LONG else [False])
def test_a_till_starts_over_with_a_dump_and_loses_nothing_that_is_unsent(yesterday, is_copy):
    """Over its own database: that, cluster, timeline and numbers of transactions are the same."""
    with restored(yesterday, is_copy) as database:
        check_goes_on(yesterday, is_copy, database)
