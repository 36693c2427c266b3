import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.addons.fynlo_base.engine.card_numbers import mask_card_numbers
from odoo.addons.fynlo_base.engine.secrets import UndecryptableError
from odoo.addons.fynlo_base.exceptions import NotConfiguredError
from odoo.addons.fynlo_base.own_cursor import own_cursor
from odoo.tools import SQL

from ..clients import webhook as client
from ..engine.webhook import pause_after, sign
from .fynlo_webhook import open_secret

_logger = logging.getLogger(__name__)

#: How long a delivery belongs to who has claimed it: far longer than a call may take. Who was
#: killed leaves it to the next after that.
LEASE_S = 120
#: One receiver takes two of them at most, and all that are slow together take two.
SENDERS, _SENDERS_OF_ONE, _SENDERS_OF_SLOW = 4, 2, 2
#: Slow is whose last call took as long, or takes it now; half an hour later he has another chance.
_SLOW_MS, _SLOW_FOR_S = 2000, 1800
#: Odoo ends a job that takes longer than two minutes; what is left is taken by the next run.
_BUDGET_S = 45
_IDLE_S = 0.25

#: Takes a delivery of the receiver that has least to do with the senders now, and of several such
#: the one that waits longest for a call: nobody's backlog holds up another. Of his deliveries it
#: is the one that is due first, if no earlier one of its subject is still to come.
_CLAIM = """
    WITH receiver AS MATERIALIZED (
        SELECT hook.id, last.called_at, busy.count AS busy, COALESCE(
                   busy.since < %(now)s - make_interval(secs => %(slow)s / 1000.0)
                   OR last.duration_ms >= %(slow)s
                   AND last.called_at > %(now)s - make_interval(secs => %(slow_for)s),
                   FALSE) AS is_slow
        FROM fynlo_webhook AS hook
        CROSS JOIN LATERAL (
            SELECT count(*), min(called_at) AS since FROM fynlo_webhook_delivery AS call
            WHERE call.webhook_id = hook.id AND call.state = 'sending'
              AND call.next_attempt_at > %(now)s) AS busy
        LEFT JOIN LATERAL (
            SELECT called_at, duration_ms FROM fynlo_webhook_delivery AS call
            WHERE call.webhook_id = hook.id AND call.called_at IS NOT NULL
              AND call.state <> 'sending'
            ORDER BY call.called_at DESC LIMIT 1) AS last ON TRUE
        WHERE hook.active),
    chosen AS MATERIALIZED (
        SELECT due.id FROM receiver CROSS JOIN LATERAL (
            SELECT found.id, found.next_attempt_at FROM fynlo_webhook_delivery AS found
            WHERE found.webhook_id = receiver.id
              AND found.state IN ('pending', 'sending', 'failed')
              AND found.next_attempt_at <= %(now)s
              AND NOT EXISTS (
                  SELECT 1 FROM fynlo_webhook_delivery AS earlier
                  WHERE earlier.webhook_id = found.webhook_id AND earlier.id < found.id
                    AND earlier.subject = found.subject
                    AND earlier.state IN ('pending', 'sending', 'failed'))
            ORDER BY found.next_attempt_at, found.id LIMIT 1
            FOR UPDATE SKIP LOCKED) AS due
        WHERE receiver.busy < %(most)s AND NOT (receiver.is_slow AND %(most_slow)s <= (
            SELECT COALESCE(sum(slow.busy), 0) FROM receiver AS slow WHERE slow.is_slow))
        ORDER BY receiver.busy, receiver.called_at NULLS FIRST, due.next_attempt_at, due.id
        LIMIT 1)
    UPDATE fynlo_webhook_delivery AS mine
    SET state = 'sending', attempts = mine.attempts + 1, called_at = %(now)s,
        next_attempt_at = %(now)s + make_interval(secs => %(lease)s)
    FROM chosen, fynlo_webhook AS hook, fynlo_webhook_event AS event
    WHERE mine.id = chosen.id AND hook.id = mine.webhook_id AND event.id = mine.event_id
    RETURNING mine.id, mine.attempts, mine.expires_at, hook.fynlo_uuid, hook.url,
              hook.sealed_secret, event.fynlo_uuid, event.type, event.body
"""
_CLAIMING = threading.Lock()
_FIELDS = ("id", "attempts", "expires_at", "hook", "url", "sealed", "event", "type", "body")


class FynloWebhookSender(models.AbstractModel):
    """Sends what is due. Claim, call and result: two short transactions and none in between."""

    _name = "fynlo.webhook.sender"
    _description = "Fynlo webhook sender"

    @api.model
    def _fynlo_wake(self):
        """Let the job run as soon as this transaction is committed."""
        # Whoever acts may cause it; what runs is the server's own.
        self.env.ref("fynlo_pos_api.ir_cron_fynlo_webhooks").sudo()._trigger()

    @api.model
    def _fynlo_cron_send(self):
        """Send until nothing is due or the time is up, with a few senders at once."""
        until, at_work = time.monotonic() + _BUDGET_S, set()
        with ThreadPoolExecutor(SENDERS) as pool:
            senders = range(SENDERS)
            left = list(pool.map(lambda each: self._fynlo_send_due(each, until, at_work), senders))
        if any(left):
            self._fynlo_wake()

    def _fynlo_send_due(self, sender, until, at_work):
        """Send one after the other; return whether the time was up before the work was.

        Who finds nothing stays while another is at work: the next run begins when all are done,
        and what happens until then does not wait for somebody's slow receiver.
        """
        while time.monotonic() < until:
            at_work.add(sender)
            try:
                found = self._fynlo_send_one()
            finally:
                at_work.discard(sender)
            if not found and not at_work:
                return False
            if not found:
                time.sleep(_IDLE_S)
        return True

    @api.model
    def _fynlo_send_one(self):
        """Send what is due first; return whether there was something.

        Works on connections of its own and touches no record: several threads share ``self``.
        """
        delivery = self._fynlo_claim()
        if delivery is None:
            return False
        outcome = _call(delivery)
        self._fynlo_note_outcome(delivery, outcome)
        return True

    def _fynlo_claim(self):
        """Claim a delivery, committed; return its values as a dict or ``None``."""
        facts = {"most": _SENDERS_OF_ONE, "most_slow": _SENDERS_OF_SLOW, "lease": LEASE_S}
        facts |= {"slow": _SLOW_MS, "slow_for": _SLOW_FOR_S, "now": _now()}
        # One after the other: whom the senders are busy with is known when the next one chooses.
        with _CLAIMING, own_cursor(self.env) as cr:
            cr.execute(SQL(_CLAIM, **facts))
            row = cr.fetchone()
        return dict(zip(_FIELDS, row, strict=True)) if row else None

    def _fynlo_note_outcome(self, delivery, outcome):
        """Note how it went; nothing if somebody else has claimed it in the meantime."""
        now = fields.Datetime.now()
        later = now + pause_after(delivery["attempts"])
        state, delivered_at = "delivered", now
        if not outcome.is_success:
            state = "dead" if later > delivery["expires_at"] else "failed"
            delivered_at = None
        query = SQL(
            """UPDATE fynlo_webhook_delivery
               SET state = %s, delivered_at = %s, next_attempt_at = %s, last_status = %s,
                   last_error = %s, answer = %s, duration_ms = %s
               WHERE id = %s AND attempts = %s AND state = 'sending'""",
            state,
            delivered_at,
            later if state == "failed" else None,
            outcome.status,
            outcome.error or None,
            outcome.excerpt or None,
            outcome.duration_ms,
            delivery["id"],
            delivery["attempts"],
        )
        with own_cursor(self.env) as cr:
            cr.execute(query)
        if state == "dead":
            _logger.info("Webhook %s: event %s is dead.", delivery["hook"], delivery["event"])


def _now():
    """Return the instant in UTC; the second alone would not tell whose turn it is."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def _call(delivery):
    """Sign and send one delivery; return the ``Outcome``. Ends long before the lease does."""
    try:
        secret = open_secret(delivery["hook"], delivery["sealed"])
    except (NotConfiguredError, UndecryptableError):
        return client.Outcome(0, "The secret cannot be read: make a new one.")
    body = delivery["body"].encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Fynlo-Webhooks/1",
        "Fynlo-Event-Id": delivery["event"],
        "Fynlo-Event-Type": delivery["type"],
        "Fynlo-Attempt": str(delivery["attempts"]),
        "Fynlo-Signature": sign(secret, int(time.time()), body),
    }
    outcome = client.send(delivery["url"], headers, body)
    answer = mask_card_numbers(outcome.excerpt.replace(secret, "[secret]"))
    return client.Outcome(outcome.status, outcome.error, answer, outcome.duration_ms)
