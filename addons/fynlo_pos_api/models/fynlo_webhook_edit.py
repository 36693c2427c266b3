from urllib.parse import urlsplit
from uuid import UUID

from odoo import models
from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, StaleVersionError
from odoo.addons.fynlo_base.models.fynlo_uuid_mixin import make_uuid7
from odoo.tools import SQL

from ..engine.webhook import TEST_EVENT
from ..exceptions import WebhookInactiveError
from .webhook_sources import Told


class FynloWebhook(models.Model):
    """How managers change a webhook, and try whether it is heard."""

    _inherit = "fynlo.webhook"

    def _fynlo_update_webhook(self, command):
        """Change what the command names of one webhook and return it.

        :param command: a ``WebhookUpdate``
        :raise InvalidFieldsError: the URL must not be called
        :raise StaleVersionError: somebody has changed it since ``version``
        """
        self.env["res.users"]._fynlo_require("manager")
        self._fynlo_lock_webhook(command.version)
        named = command.model_fields_set - {"version"}
        vals = {name: getattr(command, name) for name in named - {"events"}}
        if "url" in named:
            self._fynlo_check_body_url(command.url)
        if "description" in named:
            vals["description"] = command.description or False
        if "events" in named:
            topics = self.env["fynlo.webhook.topic"].search([("name", "in", command.events)])
            vals["topic_ids"] = topics.ids
        if vals:
            self.write(vals)
        return self

    def _fynlo_roll_secret(self, command):
        """Give one webhook a new secret and return it as text.

        :param command: a ``SecretRoll``
        :raise StaleVersionError: it was changed since, perhaps by the same call
        """
        self.env["res.users"]._fynlo_require("manager")
        self._fynlo_lock_webhook(command.version)
        self._fynlo_make_secret()
        self._fynlo_count_version()
        self.env["fynlo.audit"]._fynlo_log("webhook.rekey", self)
        return self._fynlo_read_secret()

    def _fynlo_lock_webhook(self, version):
        self.env.cr.execute(
            SQL("SELECT version FROM fynlo_webhook WHERE id = %s FOR NO KEY UPDATE", self.id),
            log_exceptions=False,  # the dispatcher runs who met a concurrent change again
        )
        [current] = self.env.cr.fetchone()
        if version not in (None, current):
            raise StaleVersionError(details={"version": current})

    def _fynlo_send_test(self, uuid):
        """Let one webhook be told of a test; return the delivery.

        :param uuid: the event's id: the same is sent once
        :raise IdempotencyConflictError: it is another event's
        :raise WebhookInactiveError: it is told nothing at all
        """
        self.env["res.users"]._fynlo_require("manager")
        self.check_access("write")
        # Who may write a webhook may see whether it works; the rows are the server's.
        events_sudo = self.env["fynlo.webhook.event"].sudo()
        if known := events_sudo.search([("fynlo_uuid", "=", str(uuid))]):
            return self._fynlo_same_test(known)
        if not self.active:
            raise WebhookInactiveError()
        data = {"version": self.version}
        facts = Told("webhook", self.fynlo_uuid, self.company_id, self.config_id, data)
        delivery_sudo = events_sudo._fynlo_write_to(self.ids, TEST_EVENT, facts, str(uuid))
        self.env["fynlo.audit"]._fynlo_log("webhook.test", self)
        self.env["fynlo.webhook.sender"]._fynlo_wake()
        return delivery_sudo.with_env(self.env)

    def _fynlo_same_test(self, event):
        found = self.delivery_ids.filtered(lambda each: each.event_id == event)
        if event.type != TEST_EVENT or not found:
            raise IdempotencyConflictError()
        return found

    def _fynlo_note_change(self, names):
        """Count a change of one webhook and write down what it was."""
        self._fynlo_count_version()
        facts = {"fields": names, **self._fynlo_target()}
        self.env["fynlo.audit"]._fynlo_log("webhook.update", self, facts)

    def _fynlo_count_version(self):
        query = "UPDATE fynlo_webhook SET version = version + 1 WHERE id = ANY(%s)"
        self.env.cr.execute(SQL(query, list(self.ids)), log_exceptions=False)
        self.invalidate_recordset(["version"], flush=False)

    def _fynlo_target(self):
        """Return who is told, as facts: path and query of a URL are often a key of their own."""
        return {"host": urlsplit(self.url).hostname, "store": self.config_id.sudo().fynlo_uuid}

    def action_fynlo_send_test(self):
        """Button: send a test and show where its outcome will be."""
        self.ensure_one()
        self._fynlo_send_test(UUID(make_uuid7()))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("A test is on its way"),
                "message": self.env._("Its outcome will be among the deliveries."),
                "type": "success",
            },
        }
