"""Run a handler in a transaction, again if others were in its way.

Odoo's own retry sleeps up to two seconds inside the worker; a till cannot wait that long. Here
the pause is a few milliseconds. It is safe to run a handler again because nothing leaves the
machine before the commit.
"""

import random
import time

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from psycopg2 import IntegrityError

from ..exceptions import BusyError, ConflictError

MAX_TRIES = 10
_PAUSE_MIN_S, _PAUSE_MAX_S = 0.005, 0.05


def run_with_retry(env, function):
    """Return ``function()`` after its writes were sent to the database.

    :raise BusyError: every try met a concurrent change
    :raise ConflictError: a unique value is taken, also when looked at afresh
    """
    broken_constraints = 0
    for _ in range(MAX_TRIES):
        try:
            result = function()
            env.cr.flush()
            return result
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            _start_over(env)
            time.sleep(random.uniform(_PAUSE_MIN_S, _PAUSE_MAX_S))
        except IntegrityError as error:
            # A twin may have written the row between our look and our insert: look once more.
            _start_over(env)
            broken_constraints += 1
            if broken_constraints == 2:
                raise ConflictError() from error
    raise BusyError()


def _start_over(env):
    env.cr.rollback()
    env.transaction.reset()
    env.registry.reset_changes()
