import json

from odoo import api, fields, models
from odoo.addons.fynlo_base.models.fynlo_uuid_mixin import make_uuid7
from odoo.tools import SQL

from ..engine.webhook import EVENTS, PERIOD

_KEY = "fynlo.webhook.events"


class FynloWebhookEvent(models.Model):
    """What has happened, as receivers are told it. Written with the change itself."""

    _name = "fynlo.webhook.event"
    _inherit = "fynlo.uuid.mixin"
    _description = "Webhook event"
    _log_access = False
    _order = "id desc"
    _rec_name = "type"

    type = fields.Char("Event", required=True, readonly=True)
    subject = fields.Char(required=True, readonly=True, help="Kind and id of what it is about")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    config_id = fields.Many2one("pos.config", "Store", readonly=True, ondelete="cascade")
    created_at = fields.Datetime(required=True, readonly=True, index=True)
    body = fields.Text(required=True, readonly=True, help="The very text that is signed and sent")

    @api.model
    def _fynlo_note(self, names, records):
        """Note that something has happened to records; written when this transaction ends.

        No query as long as nobody wants these events. An event of one record is told once for a
        transaction, with the record as it then is.

        :param names: keys of ``EVENTS``
        """
        names = self.env["fynlo.webhook"]._fynlo_wanted().intersection(names)
        if not names or not records:
            return
        noted = self.env.cr.precommit.data.setdefault(_KEY, {})
        if not noted:
            # Whoever acts: the rows are the server's, about a change that was allowed.
            self.env.cr.precommit.add(self.sudo()._fynlo_write_noted)
        for record in records:
            noted.setdefault((record._name, record.id), set()).update(names)

    def _fynlo_write_noted(self):
        """Write the events of this transaction, in the order of ``EVENTS`` for each subject.

        The rows of their subjects are locked by their changes now: the numbers of a subject's
        events are in the order of the commits.
        """
        noted = self.env.cr.precommit.data.pop(_KEY, {})
        for (model, res_id), names in noted.items():
            # Who is new or gone has not changed beside.
            names -= {f"{name.partition('.')[0]}.updated" for name in names if _is_whole(name)}
            record = self.env[model].browse(res_id).exists()
            for name in sorted(names, key=list(EVENTS).index):
                for facts in record and record._fynlo_tell_webhooks(name) or ():
                    self._fynlo_write_event(name, facts)
        if noted:
            self.env["fynlo.webhook.sender"]._fynlo_wake()

    @api.model
    def _fynlo_write_event(self, name, facts):
        """Write one event and a delivery for each webhook that wants it.

        :param facts: a ``Told``
        """
        if hook_ids := self._fynlo_find_receivers(name, facts):
            self._fynlo_write_to(hook_ids, name, facts, make_uuid7())

    def _fynlo_write_to(self, hook_ids, name, facts, uuid):
        """Write one event with a delivery for each of some webhooks; return the deliveries."""
        now = fields.Datetime.now()
        document = {
            "id": uuid,
            "type": name,
            "createdAt": f"{now.isoformat()}Z",
            "storeId": facts.store.fynlo_uuid or None,
            "subject": {"type": facts.kind, "id": facts.uuid},
            "data": facts.data,
        }
        vals = {"fynlo_uuid": uuid, "type": name, "subject": f"{facts.kind}:{facts.uuid}"}
        vals |= {"company_id": facts.company.id or self.env.company.id, "created_at": now}
        vals |= {"config_id": facts.store.id, "body": json.dumps(document, ensure_ascii=False)}
        event = self.create(vals)
        shared = {"event_id": event.id, "subject": event.subject, "type": name}
        shared |= {"next_attempt_at": now, "expires_at": now + PERIOD}
        return self.env["fynlo.webhook.delivery"].create(
            [{**shared, "webhook_id": hook_id} for hook_id in hook_ids]
        )

    def _fynlo_find_receivers(self, name, facts):
        query = """SELECT hook.id FROM fynlo_webhook AS hook
                   JOIN fynlo_webhook_fynlo_webhook_topic_rel AS rel
                     ON rel.fynlo_webhook_id = hook.id
                   JOIN fynlo_webhook_topic AS topic ON topic.id = rel.fynlo_webhook_topic_id
                   WHERE hook.active AND topic.name = %s
                     AND (%s IS NULL OR hook.company_id = %s)
                     AND (%s IS NULL OR hook.config_id IS NULL OR hook.config_id = %s)
                   ORDER BY hook.id"""
        company_id, store_id = facts.company.id or None, facts.store.id or None
        rows = self.env.execute_query(SQL(query, name, company_id, company_id, store_id, store_id))
        return [hook_id for (hook_id,) in rows]

    @api.autovacuum
    def _gc_told(self):
        """Drop what was delivered long ago, and events that nobody waits for any more."""
        policies = self.env["fynlo.retention"]
        for company, limit in policies._fynlo_limits("undelivered_events_days"):
            self._fynlo_drop(company, [("state", "=", "dead")], "expires_at", limit)
            # What waits for an archived webhook is no longer waited for than what is dead.
            waiting = [("state", "!=", "delivered"), ("webhook_id.active", "=", False)]
            self._fynlo_drop(company, waiting, "expires_at", limit)
        for company, limit in policies._fynlo_limits("delivered_events_days"):
            self._fynlo_drop(company, [("state", "=", "delivered")], "delivered_at", limit)
            query = """DELETE FROM fynlo_webhook_event AS event
                       WHERE company_id = %s AND created_at < %s AND NOT EXISTS (
                           SELECT 1 FROM fynlo_webhook_delivery WHERE event_id = event.id)"""
            self.env.cr.execute(SQL(query, company.id, limit))

    def _fynlo_drop(self, company, kind, field, limit):
        """Drop deliveries of that kind, of one company's webhooks, from before ``limit``."""
        domain = [("webhook_id.company_id", "=", company.id), *kind]
        deliveries = self.env["fynlo.webhook.delivery"].with_context(active_test=False)
        deliveries.search([*domain, (field, "<", limit)]).unlink()
        self.env.flush_all()


def _is_whole(name):
    return name.endswith((".created", ".deleted"))
