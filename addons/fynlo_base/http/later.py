"""Handlers that call another machine: prepare and commit, call, then write what came of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from .transaction import run_with_retry


@dataclass(frozen=True)
class Later:
    """What a handler returns instead of its reply if something leaves the machine.

    A transaction that is run again would call again, and one that is open during a call holds its
    locks for seconds. So what the handler has written is committed first, then ``call`` runs with
    no transaction open, and each of ``steps`` in one of its own that may run again. A process that
    dies in between leaves what was committed: somebody else must be able to go on from there.

    :ivar call: takes nothing and touches no record; what it returns goes to the first step. Other
        machines' failures are values: it raises nothing
    :ivar steps: take what the one before returned; the last one returns the reply, or another
        ``Later`` if something else is to be called then
    """

    call: Callable
    steps: tuple


def carry_out(env, later):
    """Commit what ``env`` has written, call, and write what came of it; return the reply."""
    while isinstance(later, Later):
        env.cr.commit()
        result = later.call()
        for step in later.steps:
            result = run_with_retry(env, partial(step, result))
            env.cr.commit()
        later = result
    return later


def ask_at_once(env, laters):
    """Commit what ``env`` has written, then do all calls at the same time; they are not waited for.

    :param laters: a list of :class:`Later`
    :return: the same ones, to be carried out one after another: their calls wait for the answers
    """
    env.cr.commit()
    pool = ThreadPoolExecutor(max(1, len(laters)))
    asked = [replace(later, call=pool.submit(later.call).result) for later in laters]
    pool.shutdown(wait=False)
    return asked


def then(result, step):
    """Return ``step(result)``; of a :class:`Later` the same one that ends with it."""
    if not isinstance(result, Later):
        return step(result)
    return replace(result, steps=(*result.steps, step))
