import logging
import math
import time
from threading import Lock

from odoo import api, fields, models
from odoo.tools import SQL

from ..clients import redis
from ..engine.token_bucket import Lease, parse_limit
from ..exceptions import RateLimitedError
from ..own_cursor import own_cursor

_logger = logging.getLogger(__name__)

#: ``<tokens per second>,<burst>`` of each class, for one client.
DEFAULT_LIMITS = {"read": "50,200", "write": "30,120", "auth": "0.5,30", "bulk": "2,20"}
PARAMETER = "fynlo.rate_limit."
#: Classes in which a guess is worth something: every request asks the shared bucket.
_EXACT_CLASSES = {"auth"}
_LEASES_LIMIT = 10_000

_leases = {}
_leases_lock = Lock()


class FynloRateLimit(models.Model):
    """Token buckets of the clients, shared by all workers: one row is one bucket."""

    _name = "fynlo.rate.limit"
    _description = "Fynlo rate limit"
    _log_access = False

    rate_class = fields.Char(required=True, readonly=True)
    client = fields.Char(required=True, readonly=True, help="Token family or network address")
    tokens = fields.Float(required=True, readonly=True, help="Left at the time of the last request")
    granted = fields.Integer(required=True, readonly=True, help="Given to the last request")
    refilled_at = fields.Datetime(required=True, readonly=True, index=True)

    _class_client_unique = models.UniqueIndex("(rate_class, client)")

    @api.model
    def _fynlo_check(self, rate_class, client_key):
        """Count one request of a client.

        :param rate_class: ``read``, ``write``, ``auth`` or ``bulk``; ``none`` is not limited
        :param client_key: the token family, or the network address without a token
        :raise RateLimitedError: too many; its ``Retry-After`` tells the seconds to wait
        """
        if rate_class == "none":
            return
        limit = self._fynlo_limit(rate_class)
        key = (self.env.cr.dbname, rate_class, client_key)
        with _leases_lock:
            lease = _find_lease(key)
            now = time.monotonic()
            if now < lease.blocked_until:
                raise _refusal(lease.blocked_until - now)
            if lease.spend(now):
                return
            wanted = lease.close(limit)
        granted, wait_s = self._fynlo_take(rate_class, client_key, limit, wanted)
        with _leases_lock:
            if granted:
                lease.open(granted, now)
                return
            lease.blocked_until = now + wait_s
        raise _refusal(wait_s)

    @api.model
    def _fynlo_limit(self, rate_class):
        """Return the :class:`~..engine.token_bucket.Limit` of a class, as the settings have it."""
        default = DEFAULT_LIMITS[rate_class]
        text = self.env["ir.config_parameter"].sudo().get_param(PARAMETER + rate_class, default)
        leased = rate_class not in _EXACT_CLASSES
        try:
            return parse_limit(text, leased)
        except ValueError as error:
            _logger.error("Setting %s%s ignored: %s", PARAMETER, rate_class, error)
            return parse_limit(default, leased)

    def _fynlo_take(self, rate_class, client_key, limit, wanted):
        """Lease up to ``wanted`` tokens from the shared bucket.

        :return: tokens granted (0: none left) and the seconds until there is one
        """
        try:
            key = f"fynlo:rate:{self._fynlo_database()}:{rate_class}:{client_key}"
            granted, tokens = redis.take_tokens(key, limit, wanted)
        except redis.RedisLostError:
            with own_cursor(self.env) as cr:
                cr.execute(_take_query(rate_class, client_key, limit, wanted))
                granted, tokens = cr.fetchone()
        return granted, max(1 - tokens, 0) / limit.rate_per_s

    def _fynlo_database(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid")

    @api.autovacuum
    def _gc_buckets(self):
        """Drop buckets that have been full for long."""
        self.env.cr.execute(
            """DELETE FROM fynlo_rate_limit
               WHERE refilled_at < now() AT TIME ZONE 'UTC' - interval '1 day'"""
        )


def _take_query(rate_class, client_key, limit, wanted):
    """One round trip; a crash of PostgreSQL may forget the last moments, never the gate."""
    return SQL(
        """
        SET LOCAL synchronous_commit = off;
        INSERT INTO fynlo_rate_limit AS bucket (rate_class, client, tokens, granted, refilled_at)
        VALUES (%(rate_class)s, %(client)s, %(depth)s - %(want)s, %(want)s,
                clock_timestamp() AT TIME ZONE 'UTC')
        ON CONFLICT (rate_class, client) DO UPDATE SET (tokens, granted, refilled_at) = (
            SELECT available - take, take, instant
            FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS instant) AS clock,
            LATERAL (SELECT LEAST(%(depth)s, bucket.tokens + %(rate)s
                * EXTRACT(EPOCH FROM instant - bucket.refilled_at)::float8) AS available) AS level,
            LATERAL (SELECT GREATEST(LEAST(%(want)s, floor(available)), 0) AS take) AS share
        )
        RETURNING granted, tokens
        """,
        rate_class=rate_class,
        client=client_key,
        depth=limit.depth,
        want=wanted,
        rate=limit.rate_per_s,
    )


def _find_lease(key):
    """Return the lease under ``key``, a new one if need be. Call it under the lock."""
    lease = _leases.get(key)
    if lease is None:
        if len(_leases) >= _LEASES_LIMIT:
            _leases.clear()  # unspent tokens are lost, which is on the safe side
        lease = _leases[key] = Lease()
    return lease


def _refusal(wait_s):
    return RateLimitedError(headers={"Retry-After": str(max(math.ceil(wait_s), 1))})
