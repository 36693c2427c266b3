"""Redis, for speed alone: everything here may fail at any time and nobody loses by it."""

import logging
import time
from functools import lru_cache, partial

import redis

from ..settings import read_setting

_logger = logging.getLogger(__name__)
_TIMEOUT_S = 0.2
#: After a failure, seconds in which Redis is not tried again: a dead one must not slow requests.
_PAUSE_S = 5
_VALUE_TTL_S = 24 * 3600
_BUCKET_TTL_S = 24 * 3600

#: The token bucket of ``fynlo.rate.limit``, with Redis' own clock.
_TAKE_SCRIPT = """
local depth, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local want = tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(state[1]) or depth, tonumber(state[2]) or now
local available = math.min(depth, tokens + rate * math.max(now - at, 0))
local take = math.max(math.min(want, math.floor(available)), 0)
redis.call('HSET', KEYS[1], 'tokens', tostring(available - take), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], ARGV[4])
return {take, tostring(available - take)}
"""


class RedisLostError(Exception):
    """Redis is not configured, does not answer, or was lost a moment ago."""


class _Link:
    """One connection pool and the memory of its last failure."""

    def __init__(self, url):
        self.client = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S
        )
        self.take = self.client.register_script(_TAKE_SCRIPT)
        self.lost_until = 0.0

    def call(self, function):
        """Return ``function()``.

        :raise RedisLostError: it failed, or one did less than ``_PAUSE_S`` ago
        """
        if time.monotonic() < self.lost_until:
            raise RedisLostError("Redis was lost a moment ago.")
        try:
            return function()
        except (redis.RedisError, OSError) as error:
            self.lost_until = time.monotonic() + _PAUSE_S
            _logger.info("Redis is lost, PostgreSQL does its work: %s", type(error).__name__)
            raise RedisLostError("Redis does not answer.") from error


@lru_cache(maxsize=4)
def _open_link(url):
    return _Link(url)


def _url():
    return read_setting("redis_url", environment="REDIS_URL")


def is_configured():
    """Tell whether there is a Redis to use."""
    return bool(_url())


def _call(make_function):
    url = _url()
    if not url:
        raise RedisLostError("There is no Redis.")
    link = _open_link(url)
    return link.call(partial(make_function, link))


def ping():
    """Ask Redis for a sign of life.

    :raise RedisLostError: there is none
    """
    _call(lambda link: link.client.ping())


def take_tokens(key, limit, wanted):
    """Lease up to ``wanted`` tokens from the bucket ``key``, see ``fynlo.rate.limit``.

    :param limit: a :class:`~..engine.token_bucket.Limit`
    :return: tokens granted and tokens left
    :raise RedisLostError: ask PostgreSQL
    """
    values = [limit.depth, limit.rate_per_s, wanted, _BUCKET_TTL_S]
    granted, tokens = _call(lambda link: link.take(keys=[key], args=values))
    return int(granted), float(tokens)


def get_bytes(key):
    """Return the bytes under ``key``, or ``None``; also ``None`` when Redis is lost."""
    try:
        return _call(lambda link: link.client.get(key))
    except RedisLostError:
        return None


def put_bytes(key, value):
    """Keep bytes for a day at most; do nothing when Redis is lost."""
    try:
        _call(lambda link: link.client.set(key, value, ex=_VALUE_TTL_S))
    except RedisLostError:
        return
