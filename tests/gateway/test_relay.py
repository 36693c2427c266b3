"""The relay: nothing that was committed is left out, whoever leads and whatever breaks."""

import os
import shutil
import signal
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

import psycopg2
import pytest
from fynlo_gateway import database
from world import Client, World, running_gateway, wait_until, write_change

from launcher import postgres
from launcher.database import Databases
from launcher.testing import bed


def test_a_transaction_that_stays_open_is_told_when_it_commits(gateway, world, join):
    """A cursor of ids, read at the same moments, never sees the row: the test shows both."""
    till = world.add_till()
    client = join(world.token(till))
    with closing(psycopg2.connect(world.dsn)) as slow:
        early = write_change(slow, "held_open", till.store_id)
        seen_by_ids, last = [], early - 1

        def read_by_ids():
            nonlocal last
            rows = world.run("SELECT id, table_name FROM fynlo_change WHERE id > %s", last)
            seen_by_ids.extend(name for _id, name in rows)
            last = max([last, *(number for number, _name in rows)])

        for number in range(3):
            world.change(f"fast_{number}", store_id=till.store_id)
            assert client.hear()["tables"] == [f"fast_{number}"]
            read_by_ids()
        slow.commit()
    assert client.hear()["tables"] == ["held_open"]
    read_by_ids()
    assert seen_by_ids == ["fast_0", "fast_1", "fast_2"]
    assert client.hear_all() == []


def test_connections_to_the_database_work_beside_two_thousand_clients(world):
    """A link that is made anew while many are connected gets a high descriptor."""
    with ExitStack() as held:
        for _ in range(1100):
            held.callback(os.close, os.dup(0))
        connection = held.enter_context(closing(database.connect(world.dsn)))
        assert connection.fileno() > 1024
        database.listen(connection, database.CHANGE)
        world.change()
        assert database.wait(connection, 5)


def test_what_is_rolled_back_is_not_told(world, join):
    till = world.add_till()
    client = join(world.token(till))
    with closing(psycopg2.connect(world.dsn)) as connection:
        write_change(connection, "rolled_back", till.store_id)
        connection.rollback()
    world.change("kept", store_id=till.store_id)
    assert client.hear()["tables"] == ["kept"]


def test_a_change_that_nobody_notified_is_told_a_little_later(world, join):
    till = world.add_till()
    client = join(world.token(till))
    insert = "INSERT INTO fynlo_change (table_name, row_id, op, store_id) VALUES ('x', 1, 'U', %s)"
    world.run(insert, till.store_id)
    assert client.hear()["tables"] == ["x"]


def test_changes_for_many_stores_at_once_all_arrive(world, join):
    """More than one notification carries: they come in several batches."""
    till = world.add_till()
    client = join(world.token(till))
    insert = """INSERT INTO fynlo_change (table_name, row_id, op, store_id)
                SELECT 'pos_order_' || number % 7, 1, 'U', store
                FROM generate_series(1, 400) AS store, generate_series(1, 7) AS number;
                SELECT pg_notify('fynlo_change', '')"""
    before = client.welcome["id"]
    world.run(insert)
    client.hear_of(*(f"pos_order_{number}" for number in range(7)))
    assert world.run("SELECT position FROM fynlo_relay")[0][0] > before + 1


@contextmanager
def writing(world, store_id):
    """Write changes all the time; give the list of the tables that were named."""
    written, stop = [], threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            try:
                world.change(f"table_{number}", store_id=store_id)
                written.append(f"table_{number}")
            except psycopg2.Error:
                time.sleep(0.05)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written
    finally:
        stop.set()
        thread.join()


def test_another_leads_when_the_leader_is_killed(fresh_world, tmp_path):
    world = fresh_world
    till = world.add_till()
    with running_gateway(world, tmp_path) as first:
        first.wait_for(lambda health: health["leader"])
        with running_gateway(world, tmp_path) as second:
            client = Client(second, world.token(till))
            with writing(world, till.store_id) as written:
                wait_until(lambda: len(written) > 20)
                first.process.send_signal(signal.SIGKILL)
                second.wait_for(lambda health: health["leader"])
                killed_at = len(written)
                wait_until(lambda: len(written) > killed_at + 20)
            frames = client.hear_of(*written)
            client.close()
    assert {frame["type"] for frame in frames} == {"changes"}
    positions = [frame["id"] for frame in frames]
    assert positions == list(range(positions[0], positions[0] + len(positions)))


@pytest.fixture
def own_postgres(tmp_path):
    """A PostgreSQL of this test's own, which it may crash, with a role for the gateway."""
    python = bed().installation.python
    server = postgres.start(tmp_path, python, fast=True)
    Databases(server, tmp_path / "data").create("fynlo")
    superuser = replace(server, user="postgres")
    with closing(psycopg2.connect(superuser.dsn("fynlo"))) as connection, connection:
        password = "CREATE ROLE fynlo_gateway LOGIN PASSWORD %s"
        connection.cursor().execute(password, (server.password,))
    try:
        yield server, lambda: postgres.stop(tmp_path, python)
    finally:
        postgres.stop(tmp_path, python)
        shutil.rmtree(postgres.home(tmp_path), ignore_errors=True)


def test_postgres_crashes_comes_back_and_then_stays_away(own_postgres, keys, tmp_path):
    """The gateway works as its own role, which sees nothing else."""
    server, stop = own_postgres
    world = World(server.dsn("fynlo"), keys)
    till = world.add_till()
    narrow = replace(server, user="fynlo_gateway").dsn("fynlo")
    for table in ("res_users", "fynlo_auth_session", "ir_config_parameter"):
        refused = pytest.raises(psycopg2.errors.InsufficientPrivilege)
        with closing(psycopg2.connect(narrow)) as connection, refused:
            connection.cursor().execute(f"SELECT FROM {table}")
    with running_gateway(world, tmp_path, BLIND_S=1, DSN=narrow) as gateway:
        client = Client(gateway, world.token(till))
        crash(world)
        with_retries(lambda: world.change("after_the_crash", store_id=till.store_id))
        assert wait_until(lambda: is_told(client.hear(), "after_the_crash"))
        token = world.token(till)
        stop()
        assert client.closing() == (1013, "unavailable")
        assert 0 <= client.bye["retryInMs"] <= 1000
        assert gateway.get("/healthz")[0] == 503
        late = Client(gateway, token)
        assert late.closing() == (1013, "unavailable")
        client.close()
        late.close()


def crash(world):
    """Kill one of PostgreSQL's processes: it ends all others and recovers."""
    with closing(psycopg2.connect(world.dsn)) as victim:
        os.kill(victim.get_backend_pid(), signal.SIGKILL)
        with pytest.raises(psycopg2.Error):
            victim.cursor().execute("SELECT pg_sleep(10)")


def is_told(frame, table):
    """Tell whether a frame says that the table changed, or that anything may have."""
    return frame["type"] == "resync" or table in frame.get("tables", ())


def with_retries(act):
    """Do something as soon as the database lets it be done."""

    def is_done():
        try:
            act()
        except psycopg2.Error:
            return False
        return True

    wait_until(is_done)


def test_a_gateway_that_is_asked_to_end_sends_everybody_away(world, tmp_path):
    tills = [world.add_till() for _ in range(5)]
    with running_gateway(world, tmp_path) as gateway:
        clients = [Client(gateway, world.token(till)) for till in tills]
        began = time.monotonic()
        gateway.process.send_signal(signal.SIGTERM)
        for client in clients:
            assert client.closing() == (1012, "restarting")
            assert 0 <= client.bye["retryInMs"] <= 1000
        assert gateway.process.wait(10) == 0
        assert time.monotonic() - began < 3
        assert gateway.events()[-1] == "ended"


def test_who_says_hello_while_it_ends_is_sent_away_too(world, tmp_path):
    tills = [world.add_till() for _ in range(20)]
    with running_gateway(world, tmp_path) as gateway:
        early = [Client(gateway, world.token(till)) for till in tills]
        late = Client(gateway, is_silent=True)
        gateway.process.send_signal(signal.SIGTERM)
        assert early[0].closing() == (1012, "restarting")
        late.say(type="hello", token=world.token(tills[0]))
        assert late.closing() == (1012, "restarting")
        assert gateway.process.wait(10) == 0
