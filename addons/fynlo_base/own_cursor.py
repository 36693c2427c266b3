"""A short-lived database connection beside the request's, for what must survive its rollback."""

from contextlib import contextmanager

from odoo.sql_db import db_connect


@contextmanager
def own_cursor(env):
    """Yield a cursor whose every statement is a transaction of its own, READ COMMITTED.

    What it writes stays when the request fails, and it sees at once what others have committed.
    Write with it only to tables that no request writes to in its own transaction: a request that
    waited for itself would wait for ever. In tests it is a real connection too.
    """
    cr = db_connect(env.cr.dbname).cursor()
    try:
        cr.connection.set_session(isolation_level="READ COMMITTED", autocommit=True)
        yield cr
    finally:
        cr.connection.set_session(autocommit=False)
        cr.close()
