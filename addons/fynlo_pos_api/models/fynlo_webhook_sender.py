import logging
import time
from concurrent.futures import ThreadPoolExecutor

from odoo import api, fields, models
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
#: A receiver that is slow takes two of them at most, and never holds up the others.
SENDERS, _SENDERS_OF_ONE = 4, 2
#: Odoo ends a job that takes longer than two minutes; what is left is taken by the next run.
_BUDGET_S = 45

#: Takes the delivery that is due first, if no earlier one of its subject is still to come.
_CLAIM = """
    UPDATE fynlo_webhook_delivery AS mine
    SET state = 'sending', attempts = mine.attempts + 1,
        next_attempt_at = %(now)s + make_interval(secs => %(lease)s)
    FROM fynlo_webhook AS hook, fynlo_webhook_event AS event
    WHERE hook.id = mine.webhook_id AND event.id = mine.event_id AND mine.id = (
        SELECT due.id FROM fynlo_webhook_delivery AS due
        JOIN fynlo_webhook AS listener ON listener.id = due.webhook_id AND listener.active
        WHERE due.state IN ('pending', 'sending', 'failed') AND due.next_attempt_at <= %(now)s
          AND NOT EXISTS (
              SELECT 1 FROM fynlo_webhook_delivery AS earlier
              WHERE earlier.webhook_id = due.webhook_id AND earlier.subject = due.subject
                AND earlier.id < due.id AND earlier.state IN ('pending', 'sending', 'failed'))
          AND (SELECT count(*) FROM fynlo_webhook_delivery AS other
               WHERE other.webhook_id = due.webhook_id AND other.state = 'sending'
                 AND other.next_attempt_at > %(now)s) < %(most)s
        ORDER BY due.next_attempt_at, due.id LIMIT 1
        FOR UPDATE OF due SKIP LOCKED)
    RETURNING mine.id, mine.attempts, mine.expires_at, hook.fynlo_uuid, hook.url,
              hook.sealed_secret, event.fynlo_uuid, event.type, event.body
"""
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
        until = time.monotonic() + _BUDGET_S
        with ThreadPoolExecutor(SENDERS) as pool:
            left = list(pool.map(lambda _: self._fynlo_send_due(until), range(SENDERS)))
        if any(left):
            self._fynlo_wake()

    def _fynlo_send_due(self, until):
        """Send one after the other; return whether the time was up before the work was."""
        while time.monotonic() < until:
            if not self._fynlo_send_one():
                return False
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
        query = SQL(_CLAIM, now=fields.Datetime.now(), lease=LEASE_S, most=_SENDERS_OF_ONE)
        with own_cursor(self.env) as cr:
            cr.execute(query)
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
    answer = outcome.excerpt.replace(secret, "[secret]")
    return client.Outcome(outcome.status, outcome.error, answer, outcome.duration_ms)
