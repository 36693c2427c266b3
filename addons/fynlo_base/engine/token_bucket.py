"""The arithmetic of a token bucket that several workers lease tokens from.

A worker takes tokens out of the shared bucket ahead of time and may spend them for ``LEASE_S``
seconds. What is spent between two instants was taken out at most ``LEASE_S`` before the first:
so the shared bucket is made shallower by what flows in during that time, and the promise
*never more than burst + rate x seconds* holds exactly, however many workers there are.

Tokens that nobody spent in time are lost: handed back after a pause they would break the promise.
So a lease is as large as the one before was used, and a client that comes rarely loses none.
"""

from dataclasses import dataclass
from functools import lru_cache

LEASE_S = 1.0
#: Part of the bucket that one lease may take, so that idle workers do not sit on it.
_LEASE_SHARE = 10


@dataclass(frozen=True)
class Limit:
    """What a class of requests allows one client.

    :ivar rate_per_s: tokens that flow in each second
    :ivar burst: most requests at one instant after a pause
    :ivar leased: whether workers may take tokens ahead of time
    """

    rate_per_s: float
    burst: float
    leased: bool = True

    @property
    def depth(self):
        """Tokens in the full shared bucket, at least one."""
        if not self.leased:
            return self.burst
        return max(self.burst - self.rate_per_s * LEASE_S, 1.0)

    @property
    def lease_size(self):
        """Most tokens that one lease asks for, at least one."""
        if not self.leased:
            return 1
        return max(int(min(self.rate_per_s * LEASE_S, self.depth / _LEASE_SHARE)), 1)


@lru_cache(maxsize=64)
def parse_limit(text, leased):
    """Return the :class:`Limit` written as ``"<tokens per second>,<burst>"``.

    :raise ValueError: not two numbers above zero, or a burst below one
    """
    rate, burst = (float(part) for part in text.split(","))
    if not (0 < rate < float("inf") and 1 <= burst < float("inf")):
        raise ValueError(f"Not a rate limit: {text!r}.")
    return Limit(rate, burst, leased)


@dataclass
class Lease:
    """Tokens that this worker may spend without asking anybody.

    :ivar size: tokens it began with
    :ivar tokens: tokens left
    :ivar ends_at: instant (same clock as ``now``) at which they are worth nothing more
    :ivar blocked_until: instant before which the shared bucket is known to be empty
    """

    size: int = 0
    tokens: int = 0
    ends_at: float = 0.0
    blocked_until: float = 0.0

    def spend(self, now):
        """Take one token; return whether there was one."""
        if self.tokens < 1 or now >= self.ends_at:
            return False
        self.tokens -= 1
        return True

    def close(self, limit):
        """Give up what is left; return how many tokens to ask for next."""
        spent = self.size - self.tokens
        wanted = max(spent, 1) if self.tokens else spent + max(spent // 4, 1)
        self.size = self.tokens = 0
        return min(wanted, limit.lease_size)

    def open(self, granted, now):
        """Take in tokens that were asked for at ``now`` and spend one of them.

        When two threads have asked at once, all of them end with the older ones.
        """
        ends_at = now + LEASE_S
        self.ends_at = min(ends_at, self.ends_at) if self.tokens else ends_at
        self.size = self.tokens + granted
        self.tokens += granted - 1
