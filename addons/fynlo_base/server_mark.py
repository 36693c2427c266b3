"""Marks in a context that only the server can set.

A web client may send any JSON as context, so a plain ``True`` proves nothing. No JSON becomes an
object of this class.
"""


class ServerMark:
    """Value of a context key that lets our own code skip a check or a record."""


SERVER_MARK = ServerMark()


def is_marked(env, key):
    """Tell whether the server itself has put a mark under ``key`` into the context."""
    return isinstance(env.context.get(key), ServerMark)
