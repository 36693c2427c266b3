"""A database connection beside the request's, for what must survive its rollback."""

import os
import select
from collections import defaultdict
from contextlib import contextmanager

import psycopg2
from odoo.sql_db import connection_info_for
from odoo.tools import SQL

_IDLE_LIMIT = 4
#: Connections nobody uses now, by process and database: a fork must not share its parent's.
_idle = defaultdict(list)


class OwnCursor:
    """What of an Odoo cursor is needed here; takes ``SQL`` objects as well as text."""

    def __init__(self, cursor):
        self._cursor = cursor

    def execute(self, query, params=None):
        """Run one query, or several without results in one round trip."""
        if isinstance(query, SQL):
            query, params = query.code, query.params
        self._cursor.execute(query, params or None)

    def __getattr__(self, name):
        return getattr(self._cursor, name)


@contextmanager
def own_cursor(env):
    """Yield a cursor whose every call is a transaction of its own, READ COMMITTED.

    What it writes stays when the request fails, and it sees at once what others have committed.
    Write with it only to tables that no request writes to in its own transaction: a request that
    waited for itself would wait for ever. In tests it is a real connection too.

    The connection is used again as it is left: set nothing but with ``SET LOCAL``, in front of
    the query that needs it. Odoo's own pool spends several round trips to hand out a connection;
    this is asked on the way of every request, so an idle one is kept ready.
    """
    idle = _idle[os.getpid(), env.cr.dbname]
    connection = _take(idle) or _connect(env.cr.dbname)
    try:
        with connection.cursor() as cursor:
            yield OwnCursor(cursor)
    finally:
        if connection.closed or len(idle) >= _IDLE_LIMIT:
            connection.close()
        else:
            idle.append(connection)


def close_idle():
    """Close the connections of this process that nobody uses now, before their database goes."""
    for (pid, _dbname), idle in list(_idle.items()):
        while pid == os.getpid() and idle:
            idle.pop().close()


def _take(idle):
    """Return an idle connection that the server has not closed, or ``None``."""
    while idle:
        connection = idle.pop()
        # Nothing is expected from the server: something to read is its farewell.
        if not select.select([connection], [], [], 0)[0]:
            return connection
        connection.close()
    return None


def _connect(dbname):
    _name, parameters = connection_info_for(dbname)
    connection = psycopg2.connect(**parameters)
    connection.set_session(isolation_level="READ COMMITTED", autocommit=True)
    return connection
