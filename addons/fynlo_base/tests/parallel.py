"""Real parallel transactions: each call gets a thread and a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect


@contextmanager
def committing_env(dbname):
    """Yield the superuser's environment on a connection of its own; commits at the end."""
    cr = db_connect(dbname).cursor()
    try:
        yield api.Environment(cr, SUPERUSER_ID, {})
        cr.commit()
    finally:
        cr.close()


def run_parallel(dbname, function, times):
    """Call ``function(env)`` in ``times`` threads that start together.

    :return: list of the results; an exception is a result too
    """
    barrier = Barrier(times)

    def act(_):
        with committing_env(dbname) as env:
            env.cr.execute("SELECT 1")
            env.cr.rollback()
            barrier.wait()
            try:
                return function(env)
            except Exception as error:  # the test looks at it
                env.cr.rollback()  # as a request that fails
                return error

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(act, range(times)))
