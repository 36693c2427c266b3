"""A hybrid logical clock: who wrote last, although no two clocks show the same time.

An instant is a time in milliseconds, a counter for what happens within one, and the name of who
wrote. Such instants are ordered for everybody in the same way, and what follows from something
comes after it. S. Kulkarni et al., "Logical Physical Clocks", 2014.
"""

import re
from dataclasses import dataclass

#: How far ahead of the server an instant may lie: a till whose clock is fast wins no longer.
AHEAD_MS = 60_000
_TEXT = re.compile(r"(\d{1,15})-([0-9a-f]{4})-([A-Za-z0-9_.-]{1,64})", re.ASCII)


@dataclass(frozen=True, order=True)
class Instant:
    """When something was written, and by whom; a later one is greater.

    :ivar ms: milliseconds since 1970
    :ivar counter: tells apart what was written within one of them
    :ivar writer: name of the till, or of the server
    """

    ms: int
    counter: int = 0
    writer: str = ""

    def __str__(self):
        return f"{self.ms}-{self.counter:04x}-{self.writer or 'server'}"


def parse_instant(text):
    """Return the :class:`Instant` of a text as :class:`Instant` writes it.

    :raise ValueError: it is none
    """
    match = _TEXT.fullmatch(text)
    if not match:
        raise ValueError("a time as <milliseconds>-<four hex digits>-<writer> is needed")
    return Instant(int(match[1]), int(match[2], 16), match[3])


def bound(instant, now_ms, offset_ms=0):
    """Return an instant by the server's clock, not further ahead than is allowed.

    :param now_ms: the server's time
    :param offset_ms: what the server's clock shows more than the writer's
    """
    ms = max(0, instant.ms + offset_ms)
    if ms > now_ms + AHEAD_MS:
        return Instant(now_ms + AHEAD_MS, 0, instant.writer)
    return Instant(ms, instant.counter, instant.writer)
