import math
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.tools import SQL

from ..exceptions import LockedOutError
from ..own_cursor import own_cursor


@dataclass(frozen=True)
class LockoutPolicy:
    """How many wrong secrets are free, and what the next ones cost.

    :ivar free_attempts: attempts before the first lock
    :ivar first_lock_s: seconds of the first lock; each later one lasts twice as long
    :ivar longest_lock_s: bound of the doubling
    :ivar window_s: seconds after the first attempt until the count starts again
    """

    free_attempts: int
    first_lock_s: int
    longest_lock_s: int = 24 * 3600
    window_s: int = 24 * 3600


class FynloLockout(models.Model):
    """Counted attempts at a secret; outlives the request, the worker and the restart."""

    _name = "fynlo.lockout"
    _description = "Fynlo lockout"
    _log_access = False
    _order = "locked_until desc, id desc"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True, help="What is guarded, e.g. pin:employee:7")
    failures = fields.Integer(required=True, readonly=True)
    started_at = fields.Datetime(required=True, readonly=True, index=True)
    locked_until = fields.Datetime(readonly=True)

    _key_unique = models.UniqueIndex("(key)")

    @api.model
    def _fynlo_attempt(self, key, policy):
        """Count an attempt at the secret behind ``key``; call it *before* looking at the secret.

        Each attempt counts as wrong until :meth:`_fynlo_clear` or :meth:`_fynlo_forgive` says
        otherwise, so that parallel guesses cannot outrun the count. The attempt that uses up the
        free ones closes the gate behind itself.

        :param policy: a :class:`LockoutPolicy`
        :raise LockedOutError: the gate is closed; ``Retry-After`` tells for how long
        """
        with own_cursor(self.env) as cr:
            cr.execute(_attempt_query(key, policy))
            if cr.fetchone():
                return
            cr.execute(
                SQL(
                    """SELECT EXTRACT(EPOCH FROM locked_until - now() AT TIME ZONE 'UTC')
                       FROM fynlo_lockout WHERE key = %s""",
                    key,
                )
            )
            row = cr.fetchone()
        seconds = max(math.ceil(row[0] or 0), 1) if row else 1
        raise LockedOutError(headers={"Retry-After": str(seconds)})

    @api.model
    def _fynlo_clear(self, key):
        """Forget all attempts: the secret was right, or an administrator opens the gate.

        It takes effect at once, also when the rest of the request fails.
        """
        self._fynlo_run(SQL("DELETE FROM fynlo_lockout WHERE key = %s", key))

    @api.model
    def _fynlo_forgive(self, key, policy):
        """Take back the one attempt that was right, and keep the count of the others.

        For a key that many people share, such as a till: who knows one PIN must not be able to
        clear the count of the guesses at the others.
        """
        self._fynlo_run(
            SQL(
                """UPDATE fynlo_lockout
                   SET failures = GREATEST(failures - 1, 0),
                       locked_until = CASE WHEN failures > %(free)s THEN locked_until END
                   WHERE key = %(key)s""",
                key=key,
                free=policy.free_attempts,
            )
        )

    def action_fynlo_unlock(self):
        """Button of the administrator: open the gate again."""
        self.check_access("unlink")
        for lockout in self:
            lockout._fynlo_clear(lockout.key)

    def _fynlo_run(self, query):
        with own_cursor(self.env) as cr:
            cr.execute(query)

    @api.autovacuum
    def _gc_lockouts(self):
        self.env.cr.execute(
            """DELETE FROM fynlo_lockout
               WHERE started_at < now() AT TIME ZONE 'UTC' - interval '7 days'
                 AND COALESCE(locked_until, '-infinity') < now() AT TIME ZONE 'UTC'"""
        )


def _attempt_query(key, policy):
    """Count under the row's lock; no row comes back when the gate is closed."""
    return SQL(
        """
        INSERT INTO fynlo_lockout AS gate (key, failures, started_at, locked_until)
        SELECT %(key)s, 1, instant, CASE WHEN %(free)s <= 1 THEN instant + %(first)s END
        FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS instant) AS clock
        ON CONFLICT (key) DO UPDATE SET (failures, started_at, locked_until) = (
            SELECT count, CASE WHEN is_over THEN excluded.started_at ELSE gate.started_at END,
                CASE WHEN count >= %(free)s THEN clock_timestamp() AT TIME ZONE 'UTC' + LEAST(
                    %(first)s * 2 ^ LEAST(count - %(free)s, 30), %(longest)s) END
            FROM (SELECT gate.started_at < excluded.started_at - %(window)s AS is_over) AS past,
            LATERAL (SELECT CASE WHEN is_over THEN 1 ELSE gate.failures + 1 END AS count) AS tally
        )
        WHERE COALESCE(gate.locked_until, '-infinity') <= clock_timestamp() AT TIME ZONE 'UTC'
        RETURNING id
        """,
        key=key,
        free=policy.free_attempts,
        first=_interval(policy.first_lock_s),
        longest=_interval(policy.longest_lock_s),
        window=_interval(policy.window_s),
    )


def _interval(seconds):
    return SQL("make_interval(secs => %s)", seconds)
