import base64
import secrets
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.addons.fynlo_base.engine import secrets as vault
from odoo.addons.fynlo_base.exceptions import (
    IdempotencyConflictError,
    InvalidFieldsError,
    NotFoundError,
)
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.server_fields import check_server_fields, is_change
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..clients import webhook as client
from ..engine.webhook import EVENTS
from ..engine.webhook_target import BadTargetError
from ..exceptions import WebhookLimitError

_SECRET_BYTES = 32
_MOST_OF_STORE = 20
#: How long who has created a webhook may ask for its secret again: an answer was lost on the way.
_TOLD_AGAIN = timedelta(minutes=10)
#: What managers set: a change of it is another version, and is written down.
_SET_FIELDS = ("url", "description", "active", "company_id", "config_id", "topic_ids")
_SERVER_FIELDS = frozenset(("version",))


class FynloWebhook(models.Model):
    """A receiver outside who is told what happens in a store, or in all of a company."""

    _name = "fynlo.webhook"
    _inherit = ["fynlo.uuid.mixin", "fynlo.store.mixin"]
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
    told_to = fields.Char(
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
        hooks._fynlo_check_count()
        hooks._fynlo_make_secret()
        self.env.registry.clear_cache()
        for hook in hooks:
            facts = {"events": sorted(hook.topic_ids.mapped("name")), **hook._fynlo_target()}
            self.env["fynlo.audit"]._fynlo_log("webhook.create", hook, facts)
        return hooks

    def write(self, vals):
        """Count the versions, and listen to other events at once."""
        check_server_fields(self, vals, _SERVER_FIELDS)
        changes = {
            hook: [
                name for name in _SET_FIELDS if name in vals and is_change(hook, name, vals[name])
            ]
            for hook in self
        }
        result = super().write(vals)
        for hook in self.filtered(changes.get):
            hook._fynlo_note_change(changes[hook])
        self.env.registry.clear_cache()
        return result

    def _fynlo_check_count(self):
        """Keep what one change sets off within bounds: each webhook is told by a row of its own.

        :raise WebhookLimitError: a store, or a company for all of its stores, has too many
        """
        groups = (
            self.sudo()
            .with_context(active_test=False)
            ._read_group(
                [("company_id", "in", self.company_id.ids)],
                ["company_id", "config_id"],
                ["__count"],
            )
        )
        if any(count > _MOST_OF_STORE for _company, _store, count in groups):
            raise WebhookLimitError()

    @api.ondelete(at_uninstall=False)
    def _unlink_note(self):
        for hook in self:
            self.env["fynlo.audit"]._fynlo_log("webhook.delete", hook, hook._fynlo_target())
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
        """Return ``(webhooks, total)`` of the principal's store, archived ones too.

        :param query: a ``PageQuery``
        """
        domain = [("config_id", "=", principal_of(self.env).store_id)]
        offset, hooks = (query.page - 1) * query.limit, self.with_context(active_test=False)
        return hooks.search(domain, limit=query.limit, offset=offset), hooks.search_count(domain)

    @api.model
    def _fynlo_create_webhook(self, command):
        """Add a webhook to the principal's store.

        The same command again, from who has sent it and within ten minutes, gives the same
        webhook and secret: the answer is not stored, because the secret is in it.

        :param command: a ``WebhookCreate``
        :return: ``(webhook, secret)``
        :raise IdempotencyConflictError: the id is another webhook's, or another has created it, or
            too long ago
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
            hook = self.with_context(active_test=False).search([("id", "=", rows[0][0])])
            return hook._fynlo_check_same(vals, topics), hook._fynlo_read_secret()
        hook = self.create({**vals, "fynlo_uuid": str(command.id), "topic_ids": topics.ids})
        hook.sudo().told_to = _bearer(principal_of(self.env))
        return hook, hook._fynlo_read_secret()

    def _fynlo_check_same(self, vals, topics):
        is_again = (
            self
            and self.sudo().told_to == _bearer(principal_of(self.env))
            and self.create_date > fields.Datetime.now() - _TOLD_AGAIN
            and self.version == 1
            and self.topic_ids == topics
            and self._read_format(list(vals), load=None) == [{"id": self.id, **vals}]
        )
        if not is_again:
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
        hook = self.with_context(active_test=False)._fynlo_by_uuid(uuid)
        if hook.config_id.id != principal_of(self.env).store_id:
            raise NotFoundError()
        return hook

    def _fynlo_remove(self):
        """Tell this receiver nothing any more; its deliveries go with it."""
        self.env["res.users"]._fynlo_require("manager")
        self.unlink()


def _bearer(principal):
    """Tell people apart who act as one user of Odoo: those on a till, or one who has signed in."""
    if principal.employee_id:
        return f"{principal.employee_id}@{principal.device_id}"
    return principal.session


def purpose_of(uuid):
    """Bind a sealed secret to its webhook: that of another one does not decrypt."""
    return f"webhook:{uuid}"


def open_secret(uuid, sealed):
    """Return a sealed secret as text.

    :raise UndecryptableError: it was sealed under another key of this server
    """
    return vault.decrypt(purpose_of(uuid), base64.b64decode(sealed or "")).decode()
