from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.fynlo_base.models.fynlo_uuid_mixin import make_uuid7

from ..demo import webhooks


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    @api.model
    def _fynlo_load(self):
        """Make a webhook too. It is switched off, so nothing of it ever leaves the server."""
        store, *secrets = super()._fynlo_load()
        topics = self.env["fynlo.webhook.topic"].search([("name", "in", webhooks.EVENTS)])
        vals = {"url": webhooks.URL, "description": webhooks.DESCRIPTION, "config_id": store.id}
        vals |= {"company_id": store.company_id.id, "topic_ids": topics.ids, "active": False}
        hook, is_new = self._record("fynlo.webhook", webhooks.URL, vals)
        if is_new:
            for number, row in enumerate(webhooks.DELIVERIES):
                self._load_delivery(hook, number, *row)
        return store, *secrets

    def _load_delivery(self, hook, number, name, model, state, attempts, status, failure, took_ms):
        subject = {
            "res.partner": self.env["res.partner"].search([("fynlo_is_customer", "=", True)]),
            "product.template": self.env["product.template"].search(
                [("available_in_pos", "=", True)]
            ),
        }[model][number]
        [facts] = subject._fynlo_tell_webhooks(name)
        events = self.env["fynlo.webhook.event"]
        delivery = events._fynlo_write_to(hook.ids, name, facts, make_uuid7())
        now = fields.Datetime.now()
        is_over = state in ("delivered", "dead")
        delivery.write(
            {
                "state": state,
                "attempts": attempts,
                "last_status": status,
                "last_error": failure,
                "duration_ms": took_ms,
                "answer": webhooks.ANSWERS.get(status),
                "delivered_at": now if state == "delivered" else False,
                "next_attempt_at": False if is_over else now + timedelta(hours=attempts),
            }
        )
