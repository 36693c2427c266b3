import base64
import secrets

from odoo import api, fields, models, tools
from odoo.addons.fynlo_base.engine import secrets as vault
from odoo.addons.fynlo_base.exceptions import (
    IdempotencyConflictError,
    InvalidFieldsError,
    NotFoundError,
)
from odoo.addons.fynlo_base.principal import principal_of
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..clients import webhook as client
from ..engine.webhook import EVENTS
from ..engine.webhook_target import BadTargetError

_SECRET_BYTES = 32


class FynloWebhook(models.Model):
    """A receiver outside who is told what happens in a store, or in all of a company."""

    _name = "fynlo.webhook"
    _inherit = "fynlo.uuid.mixin"
    _description = "Webhook"
    _order = "id"
    _rec_name = "url"

    url = fields.Char("URL", required=True, help="https:// of who is told")
    description = fields.Char()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    config_id = fields.Many2one(
        "pos.config", "Store", index=True, ondelete="cascade", help="Empty: all of the company"
    )
    topic_ids = fields.Many2many("fynlo.webhook.topic", string="Events", required=True)
    sealed_secret = fields.Char(
        readonly=True, copy=False, groups="base.group_system", export_string_translation=False
    )
    version = fields.Integer(default=1, readonly=True, copy=False)
    delivery_ids = fields.One2many("fynlo.webhook.delivery", "webhook_id", readonly=True)
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    dead_count = fields.Integer("Dead", compute="_compute_counts")

    def _compute_counts(self):
        groups = self.env["fynlo.webhook.delivery"]._read_group(
            [("webhook_id", "in", self.ids), ("state", "!=", "delivered")],
            ["webhook_id", "state"],
            ["__count"],
        )
        for hook in self:
            own = {state: count for found, state, count in groups if found == hook}
            hook.dead_count = own.pop("dead", 0)
            hook.waiting_count = sum(own.values())

    @api.constrains("url")
    def _check_url(self):
        for hook in self:
            try:
                client.check_url(hook.url)
            except BadTargetError as error:
                raise ValidationError(self.env._("The URL: %s", error)) from error

    @api.constrains("company_id", "config_id")
    def _check_store(self):
        for hook in self.sudo():
            if hook.config_id and hook.config_id.company_id != hook.company_id:
                raise ValidationError(self.env._("The store belongs to another company."))

    @api.constrains("topic_ids")
    def _check_topics(self):
        if not all(hook.topic_ids for hook in self):
            raise ValidationError(self.env._("Choose the events that are told."))

    @api.model_create_multi
    def create(self, vals_list):
        """Give each a secret of its own; it is told by :meth:`_fynlo_read_secret` alone."""
        hooks = super().create(vals_list)
        hooks._fynlo_make_secret()
        self.env.registry.clear_cache()
        return hooks

    def write(self, vals):
        """Count the versions, and listen to other events at once."""
        result = super().write(vals)
        if not {"url", "description", "active", "config_id", "topic_ids"}.isdisjoint(vals):
            query = "UPDATE fynlo_webhook SET version = version + 1 WHERE id = ANY(%s)"
            self.env.cr.execute(SQL(query, list(self.ids)), log_exceptions=False)
            self.invalidate_recordset(["version"], flush=False)
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_clear_cache(self):
        self.env.registry.clear_cache()

    def init(self):
        """Keep a row for each event, and none for what is no event any more."""
        names = list(EVENTS)
        self.env.cr.execute(
            SQL(
                """INSERT INTO fynlo_webhook_topic (name, description)
                   SELECT * FROM unnest(%s, %s)
                   ON CONFLICT (name) DO UPDATE SET description = EXCLUDED.description;
                   DELETE FROM fynlo_webhook_topic WHERE name <> ALL(%s)""",
                names,
                [text.replace("`", "") for text in EVENTS.values()],
                names,
            )
        )

    @api.model
    @tools.ormcache()
    def _fynlo_wanted(self):
        """Return the names of the events that somebody wants at all (a frozenset)."""
        query = """SELECT DISTINCT topic.name FROM fynlo_webhook AS hook
                   JOIN fynlo_webhook_fynlo_webhook_topic_rel AS rel
                     ON rel.fynlo_webhook_id = hook.id
                   JOIN fynlo_webhook_topic AS topic ON topic.id = rel.fynlo_webhook_topic_id
                   WHERE hook.active"""
        return frozenset(name for (name,) in self.env.execute_query(SQL(query)))

    # --- Secrets

    def _fynlo_make_secret(self):
        for hook in self:
            plain = f"whsec_{secrets.token_urlsafe(_SECRET_BYTES)}".encode()
            sealed = base64.b64encode(vault.encrypt(purpose_of(hook.fynlo_uuid), plain)).decode()
            # Who may write a webhook may give it a secret; the column is nobody's to read.
            hook.check_access("write")
            hook.sudo().sealed_secret = sealed

    def _fynlo_read_secret(self):
        """Return the secret of one webhook as text, for its creator at the creation."""
        self.check_access("write")
        return open_secret(self.fynlo_uuid, self.sudo().sealed_secret)

    def action_fynlo_new_secret(self):
        """Button: make a new secret and show it, this once."""
        self.ensure_one()
        self._fynlo_make_secret()
        self.env["fynlo.audit"]._fynlo_log("webhook.rekey", self)
        params = {
            "title": self.env._("Copy it now: it is not shown again"),
            "message": self._fynlo_read_secret(),
            "type": "warning",
            "sticky": True,
        }
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}

    # --- What the API does

    @api.model
    def _fynlo_page(self, query):
        """Return ``(webhooks, total)`` of the principal's store.

        :param query: a ``PageQuery``
        """
        domain = [("config_id", "=", principal_of(self.env).store_id)]
        offset = (query.page - 1) * query.limit
        return self.search(domain, limit=query.limit, offset=offset), self.search_count(domain)

    @api.model
    def _fynlo_create_webhook(self, command):
        """Add a webhook to the principal's store.

        The same command again, from the same user, gives the same webhook and secret: the answer
        is not stored, because the secret is in it.

        :param command: a ``WebhookCreate``
        :return: ``(webhook, secret)``
        :raise IdempotencyConflictError: the id is another webhook's
        :raise InvalidFieldsError: the URL must not be called
        """
        self.env["res.users"]._fynlo_require("manager")
        self._fynlo_check_body_url(command.url)
        topics = self.env["fynlo.webhook.topic"].search([("name", "in", command.events)])
        vals = {
            "url": command.url,
            "description": command.description or False,
            "company_id": self.env.company.id,
            "config_id": principal_of(self.env).store_id,
        }
        query = "SELECT id FROM fynlo_webhook WHERE fynlo_uuid = %s"
        if rows := self.env.execute_query(SQL(query, str(command.id))):
            hook = self.search([("id", "=", rows[0][0])])
            return hook._fynlo_check_same(vals, topics), hook._fynlo_read_secret()
        hook = self.create({**vals, "fynlo_uuid": str(command.id), "topic_ids": topics.ids})
        facts = {"events": sorted(command.events)}
        self.env["fynlo.audit"]._fynlo_log("webhook.create", hook, facts)
        return hook, hook._fynlo_read_secret()

    def _fynlo_check_same(self, vals, topics):
        same = self and self.create_uid == self.env.user and self.topic_ids == topics
        if not same or self.version != 1 or self._read_format(list(vals), load=None)[0] != {
            "id": self.id, **vals
        }:  # fmt: skip
            raise IdempotencyConflictError()
        return self

    def _fynlo_check_body_url(self, url):
        try:
            client.check_url(url)
        except BadTargetError as error:
            fault = {"field": "url", "code": "bad_url", "message": str(error)}
            raise InvalidFieldsError(errors=[fault]) from error

    @api.model
    def _fynlo_find_webhook(self, uuid):
        """Return the webhook of the principal's store with that id (one record).

        :raise NotFoundError: unknown, or of another store: the same answer
        """
        hook = self._fynlo_by_uuid(uuid)
        if hook.config_id.id != principal_of(self.env).store_id:
            raise NotFoundError()
        return hook

    def _fynlo_remove(self):
        """Tell this receiver nothing any more; its deliveries go with it."""
        self.env["res.users"]._fynlo_require("manager")
        self.env["fynlo.audit"]._fynlo_log("webhook.delete", self)
        self.unlink()


def purpose_of(uuid):
    """Bind a sealed secret to its webhook: that of another one does not decrypt."""
    return f"webhook:{uuid}"


def open_secret(uuid, sealed):
    """Return a sealed secret as text.

    :raise UndecryptableError: it was sealed under another key of this server
    """
    return vault.decrypt(purpose_of(uuid), base64.b64decode(sealed or "")).decode()
