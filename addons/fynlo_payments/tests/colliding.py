"""Transactions that collide with others, and run again."""

from collections import Counter
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from psycopg2.errors import SerializationFailure


def collide_twice(function, collisions, name):
    """Return ``function`` so that two of each three calls collide at their end.

    :param collisions: a ``Counter`` of all calls, by ``name``
    """

    def act(*args, **kwargs):
        result = function(*args, **kwargs)
        collisions[name] += 1
        if collisions[name] % 3:
            raise SerializationFailure
        return result

    return act


@contextmanager
def colliding(*steps):
    """Let each of these methods, ``(class, name)``, run three times; yield how often each ran."""
    collisions = Counter()
    with ExitStack() as stack:
        for model, name in steps:
            act = collide_twice(getattr(model, name), collisions, name)
            stack.enter_context(patch.object(model, name, act))
        yield collisions
