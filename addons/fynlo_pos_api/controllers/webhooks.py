from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, StaleVersionError
from odoo.addons.fynlo_base.http.route import MANAGER, api_route
from odoo.addons.fynlo_base.schemas.base import PageQuery
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.webhook_deliveries import DeliveryPage, DeliveryQuery, DeliveryView
from ..schemas.webhooks import (
    NewWebhookView,
    SecretRoll,
    WebhookCreate,
    WebhookPage,
    WebhookTest,
    WebhookUpdate,
    WebhookView,
)


class WebhooksController(Controller):
    """Receivers outside who are told what happens in a store."""

    @api_route(
        "/webhooks",
        methods=["GET"],
        query=PageQuery,
        reply=WebhookPage,
        roles=MANAGER,
        store_scoped=True,
    )
    def list_webhooks(self, query):
        """List the store's webhooks."""
        return WebhookPage.of(*request.env["fynlo.webhook"]._fynlo_page(query), query)

    @api_route(
        "/webhooks",
        methods=["POST"],
        body=WebhookCreate,
        reply=NewWebhookView,
        roles=MANAGER,
        store_scoped=True,
        status=201,
        replayable=False,
        errors=(IdempotencyConflictError, exc.WebhookLimitError),
    )
    def create_webhook(self, command):
        """Add a webhook; its secret is in this answer and in no other.

        The same id with the same body gives the same webhook and secret, for ten minutes and to
        the same person on the same till.
        Every call is signed: `Fynlo-Signature: t=<Unix time>,v1=<hex>`, the HMAC-SHA256 of
        `<t>.<body>` under the secret. Events come at least once, in order for each subject.
        """
        hook, secret = request.env["fynlo.webhook"]._fynlo_create_webhook(command)
        return NewWebhookView.of(hook, secret=secret)

    @api_route(
        "/webhooks/<uuid:webhook_id>",
        methods=["PUT"],
        body=WebhookUpdate,
        reply=WebhookView,
        roles=MANAGER,
        store_scoped=True,
        errors=(StaleVersionError,),
    )
    def update_webhook(self, webhook_id, command):
        """Change a webhook; what waits for it goes to the new URL."""
        hook = request.env["fynlo.webhook"]._fynlo_find_webhook(webhook_id)
        return WebhookView.of(hook._fynlo_update_webhook(command))

    @api_route(
        "/webhooks/<uuid:webhook_id>/secret",
        methods=["POST"],
        body=SecretRoll,
        reply=NewWebhookView,
        roles=MANAGER,
        store_scoped=True,
        replayable=False,
        errors=(StaleVersionError,),
    )
    def roll_secret(self, webhook_id, command):
        """Make a new secret; the old one ends at once, and the version counts on."""
        hook = request.env["fynlo.webhook"]._fynlo_find_webhook(webhook_id)
        return NewWebhookView.of(hook, secret=hook._fynlo_roll_secret(command))

    @api_route(
        "/webhooks/<uuid:webhook_id>/test",
        methods=["POST"],
        body=WebhookTest,
        reply=DeliveryView,
        roles=MANAGER,
        store_scoped=True,
        status=201,
        errors=(IdempotencyConflictError, exc.WebhookInactiveError),
    )
    def send_test(self, webhook_id, command):
        """Send this webhook an event `webhook.test`, as any other is sent."""
        hook = request.env["fynlo.webhook"]._fynlo_find_webhook(webhook_id)
        return DeliveryView.of(hook._fynlo_send_test(command.id))

    @api_route("/webhooks/<uuid:webhook_id>", methods=["DELETE"], roles=MANAGER, store_scoped=True)
    def remove_webhook(self, webhook_id):
        """Remove a webhook with its deliveries; what was not delivered yet never is."""
        request.env["fynlo.webhook"]._fynlo_find_webhook(webhook_id)._fynlo_remove()

    @api_route(
        "/webhooks/<uuid:webhook_id>/deliveries",
        methods=["GET"],
        query=DeliveryQuery,
        reply=DeliveryPage,
        roles=MANAGER,
        store_scoped=True,
    )
    def list_deliveries(self, webhook_id, query):
        """List what was sent to a webhook and what waits, the newest first."""
        hook = request.env["fynlo.webhook"]._fynlo_find_webhook(webhook_id)
        return DeliveryPage.of(
            *request.env["fynlo.webhook.delivery"]._fynlo_page(hook, query), query
        )

    @api_route(
        "/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/replay",
        methods=["POST"],
        reply=DeliveryView,
        roles=MANAGER,
        store_scoped=True,
        errors=(exc.DeliveryInFlightError,),
    )
    def replay_delivery(self, webhook_id, delivery_id):
        """Send one delivery again, dead or delivered, with the same event id."""
        hook = request.env["fynlo.webhook"]._fynlo_find_webhook(webhook_id)
        delivery = request.env["fynlo.webhook.delivery"]._fynlo_find_delivery(hook, delivery_id)
        return DeliveryView.of(delivery._fynlo_replay())
