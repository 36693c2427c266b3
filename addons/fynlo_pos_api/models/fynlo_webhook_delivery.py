from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import NotFoundError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.webhook import PERIOD
from ..exceptions import DeliveryInFlightError

STATES = [
    ("pending", "Waiting"),
    ("sending", "Being Sent"),
    ("failed", "Failed"),
    ("delivered", "Delivered"),
    ("dead", "Dead"),
]


class FynloWebhookDelivery(models.Model):
    """An event on its way to one webhook. Only the server writes them."""

    _name = "fynlo.webhook.delivery"
    _inherit = "fynlo.uuid.mixin"
    _description = "Webhook delivery"
    _log_access = False
    _order = "id desc"
    _rec_name = "type"

    webhook_id = fields.Many2one(
        "fynlo.webhook", required=True, readonly=True, index=True, ondelete="cascade"
    )
    config_id = fields.Many2one(related="webhook_id.config_id", string="Webhook's Store")
    event_id = fields.Many2one(
        "fynlo.webhook.event",
        "Message",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    type = fields.Char("Event", required=True, readonly=True)
    subject = fields.Char(required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="pending")
    attempts = fields.Integer(required=True, readonly=True, default=0, aggregator=None)
    next_attempt_at = fields.Datetime(
        "Next Attempt", readonly=True, help="While it is being sent: when somebody else takes it."
    )
    called_at = fields.Datetime("Last Attempt", readonly=True)
    expires_at = fields.Datetime("Tried Until", required=True, readonly=True)
    delivered_at = fields.Datetime("Delivered", readonly=True)
    last_status = fields.Integer("HTTP Status", readonly=True, aggregator=None)
    last_error = fields.Char("Failure", readonly=True)
    answer = fields.Text(readonly=True, help="The beginning of the receiver's last answer")
    duration_ms = fields.Integer("Milliseconds", readonly=True, aggregator="avg")
    happened_at = fields.Datetime(related="event_id.created_at", string="Happened")
    body = fields.Text(related="event_id.body")

    # What of a subject is still to come, in order; and what is due.
    _subject_idx = models.Index(
        "(webhook_id, subject, id) WHERE state IN ('pending', 'sending', 'failed')"
    )
    _due_idx = models.Index(
        "(webhook_id, next_attempt_at, id) WHERE state IN ('pending', 'sending', 'failed')"
    )
    _call_idx = models.Index("(webhook_id, called_at DESC) WHERE called_at IS NOT NULL")
    _log_idx = models.Index("(webhook_id, state, id DESC)")

    @api.model
    def _fynlo_page(self, hook, query):
        """Return ``(deliveries, total)`` of one webhook, the newest first.

        :param query: a ``DeliveryQuery``
        """
        domain = Domain("webhook_id", "=", hook.id)
        if query.state:
            domain &= Domain("state", "=", query.state)
        if query.event:
            domain &= Domain("type", "=", query.event)
        offset = (query.page - 1) * query.limit
        return self.search(domain, limit=query.limit, offset=offset), self.search_count(domain)

    @api.model
    def _fynlo_find_delivery(self, hook, uuid):
        """Return the delivery of one webhook with that id (one record).

        :raise NotFoundError: unknown, or another webhook's: the same answer
        """
        delivery = self._fynlo_by_uuid(uuid)
        if delivery.webhook_id != hook:
            raise NotFoundError()
        return delivery

    def _fynlo_replay(self):
        """Send one delivery again as soon as possible, with the same event id; return it.

        :raise DeliveryInFlightError: it is being sent at this moment
        """
        self.env["res.users"]._fynlo_require("manager")
        self.check_access("read")
        now = fields.Datetime.now()
        query = """UPDATE fynlo_webhook_delivery
                   SET state = 'pending', attempts = 0, next_attempt_at = %s, expires_at = %s,
                       delivered_at = NULL
                   WHERE id = %s AND (state <> 'sending' OR next_attempt_at < %s) RETURNING id"""
        self.env.cr.execute(SQL(query, now, now + PERIOD, self.id, now), log_exceptions=False)
        if not self.env.cr.fetchone():
            raise DeliveryInFlightError()
        self.invalidate_recordset()
        facts = {"webhook": self.webhook_id.fynlo_uuid, "event": self.event_id.fynlo_uuid}
        self.env["fynlo.audit"]._fynlo_log("webhook.replay", self, facts)
        self.env["fynlo.webhook.sender"]._fynlo_wake()
        return self

    def action_fynlo_replay(self):
        """Button: send again, one or many."""
        for delivery in self.sorted("id"):
            delivery._fynlo_replay()
