"""Connections to PostgreSQL, and the statements of the relay."""

import os
import select
from dataclasses import dataclass

import psycopg2
import psycopg2.extensions

from .batch import Head
from .settings import read

#: The addon's writers notify the first, the relay the second; the third is for anybody's word to
#: one store, user or device.
CHANGE, BATCH, DIRECT = "fynlo_change", "fynlo_batch", "fynlo_direct"
#: Of the advisory lock: who holds it is the relay of this database.
_LEADER = int.from_bytes(b"fynlo", "big")

_READ_STATE = """
    SELECT system_identifier, epoch, snapshot::text, stream, position FROM fynlo_relay
"""
#: One statement, so that the snapshot told is the one that the rows were read with.
_READ_CHANGES = """
    WITH here AS MATERIALIZED (
        SELECT pg_current_snapshot() AS snapshot, epoch FROM fynlo_sync_epoch
    ), fresh AS (
        SELECT CASE WHEN store_id IS NOT NULL THEN 'store:' || store_id
                    WHEN company_id IS NOT NULL THEN 'company:' || company_id
                    ELSE 'all' END AS room,
            array_agg(DISTINCT table_name) AS tables
        FROM fynlo_change
        WHERE xid >= pg_snapshot_xmin(%(last)s::pg_snapshot)
            AND NOT pg_visible_in_snapshot(xid, %(last)s::pg_snapshot)
        GROUP BY 1
    )
    SELECT here.epoch, here.snapshot::text,
        (SELECT json_object_agg(room, tables) FROM fresh)
    FROM here
"""
#: One statement, and so one transaction and one trip.
_SAVE = """
    WITH saved AS (
        UPDATE fynlo_relay SET system_identifier = %s, epoch = %s, snapshot = %s, stream = %s,
            position = %s
    )
    SELECT pg_notify(%s, batch) FROM unnest(%s::text[]) AS batch
"""


@dataclass(frozen=True)
class Place:
    """How far the relay has read.

    :ivar cluster: identifier of the cluster whose transaction ids these are
    :ivar snapshot: all that is visible in it has been relayed
    """

    cluster: str
    snapshot: str
    head: Head


@dataclass(frozen=True)
class Reading:
    """What is there beyond a place.

    :ivar tables: ``{room: [table, ...]}``
    """

    epoch: int
    snapshot: str
    tables: dict


def connect(dsn, statement_timeout_s=0):
    """Return a connection in autocommit that notices within 15 s that its other end is gone.

    :param statement_timeout_s: 0 lets a statement take as long as it takes
    :raise psycopg2.Error: there is none to be had
    """
    password = "" if "PGPASSWORD" in os.environ else read("PGPASSWORD")
    connection = psycopg2.connect(
        dsn,
        **({"password": password} if password else {}),
        connect_timeout=5,
        application_name="fynlo_gateway",
        keepalives_idle=5,
        keepalives_interval=3,
        keepalives_count=3,
        tcp_user_timeout=10_000,
        # The server notices a dead leader as fast, and lets another one lead.
        options="-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3"
        # A place that a crash undoes would have positions told twice.
        f" -c synchronous_commit=on -c statement_timeout={statement_timeout_s}s",
    )
    connection.autocommit = True
    return connection


def run(connection, statement, values=None):
    """Run one statement; give its rows, ``[]`` if it has none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def listen(connection, *channels):
    """Have notifications of the channels come to this connection."""
    for channel in channels:
        run(connection, f"LISTEN {channel}")


def wait(connection, timeout_s, *others):
    """Wait for a notification, or for one of ``others`` (readable files), or for the timeout.

    :raise psycopg2.Error: the connection is gone
    """
    if not connection.notifies:
        # ``select.select()`` refuses the descriptors that a gateway with many connections has.
        waiting = select.poll()
        for file in (connection, *others):
            waiting.register(file, select.POLLIN)
        waiting.poll(timeout_s * 1000)
        connection.poll()
    came, connection.notifies[:] = list(connection.notifies), []
    return came


def try_to_lead(connection):
    """Tell whether this connection is the database's relay from now until it ends."""
    return run(connection, "SELECT pg_try_advisory_lock(%s)", (_LEADER,))[0][0]


def read_place(connection):
    """Return the :class:`Place` that was saved last, ``None`` before the first time."""
    rows = run(connection, _READ_STATE)
    if not rows or rows[0][2] is None:
        return None
    cluster, epoch, snapshot, stream, position = rows[0]
    return Place(cluster, snapshot, Head(epoch, stream, position))


def read_changes(connection, snapshot):
    """Return the :class:`Reading` beyond ``snapshot``; without one only where it is now."""
    # Everything is visible in a snapshot of the far future.
    last = snapshot or "9223372036854775807:9223372036854775807:"
    epoch, here, tables = run(connection, _READ_CHANGES, {"last": last})[0]
    return Reading(epoch, here, tables or {})


def read_cluster(connection):
    """Return the identifier of the cluster that this connection is to."""
    return run(connection, "SELECT system_identifier::text FROM pg_control_system()")[0][0]


def is_compacted(connection, snapshot):
    """Tell whether changes beyond ``snapshot`` may have been dropped."""
    asked = "SELECT floor > pg_snapshot_xmin(%s::pg_snapshot) FROM fynlo_sync_epoch"
    return bool(run(connection, asked, (snapshot,))[0][0])


def save_place(connection, place, batches=()):
    """Save the place and notify the batches, both or neither."""
    head = place.head
    values = (place.cluster, head.epoch, place.snapshot, head.stream, head.position)
    run(connection, _SAVE, (*values, BATCH, [batch.to_json() for batch in batches]))


def find_sessions(connection, uuids):
    """Return rows ``(uuid, user id, user uuid, device id, stores)`` of the sessions that live."""
    return run(connection, "SELECT * FROM fynlo_gateway_sessions(%s)", (uuids,))


def find_ended(connection, uuids):
    """Return those of ``uuids`` whose sessions are over."""
    return [row[0] for row in run(connection, "SELECT fynlo_gateway_ended(%s)", (uuids,))]


def find_issuer(connection):
    """Return the issuer of this database's tokens."""
    return run(connection, "SELECT fynlo_gateway_issuer()")[0][0]
