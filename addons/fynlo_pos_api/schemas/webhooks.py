"""Receivers outside who are told what happens in a store."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    PageQuery,
    PageReply,
    Reply,
    ShortText,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import AfterValidator, Field

from ..engine.webhook import EVENTS
from ..engine.webhook_target import URL_LIMIT

EventName = Literal[tuple(EVENTS)]
State = Literal["pending", "sending", "failed", "delivered", "dead"]


def _each_once(names):
    if len(set(names)) != len(names):
        raise ValueError("an event is named twice")
    return names


class WebhookCreate(Body):
    """Body of ``POST /webhooks``.

    ``url`` begins with ``https://`` and leads to a public address.
    """

    id: UUID
    url: Annotated[str, Field(min_length=1, max_length=URL_LIMIT)]
    events: Annotated[
        list[EventName], Field(min_length=1, max_length=len(EVENTS)), AfterValidator(_each_once)
    ]
    description: ShortText | None = None


class WebhookView(Reply):
    """A webhook. Its secret is told by the answer to its creation alone."""

    id: str
    url: str
    description: str | None
    events: list[EventName]
    active: bool
    waiting: int
    dead: int
    version: int

    @classmethod
    def of(cls, hook, **more):
        """Build it from one ``fynlo.webhook``."""
        return cls(
            id=hook.fynlo_uuid,
            url=hook.url,
            description=hook.description or None,
            events=hook.topic_ids.mapped("name"),
            active=hook.active,
            waiting=hook.waiting_count,
            dead=hook.dead_count,
            version=hook.version,
            **more,
        )


class NewWebhookView(WebhookView):
    """A new webhook; keep ``secret``, it is not told again."""

    secret: str


class WebhookPage(PageReply):
    """A page of the store's webhooks."""

    webhooks: list[WebhookView]

    @classmethod
    def of(cls, hooks, total, query):
        """Build it from the webhooks of one page, the number of all, and the query."""
        return cls(webhooks=[WebhookView.of(hook) for hook in hooks], **cls.paging(total, query))


class DeliveryQuery(PageQuery):
    """Query of ``GET /webhooks/{id}/deliveries``."""

    state: State | None = None
    event: EventName | None = None


class DeliveryView(Reply):
    """A delivery: ``eventId`` stays the same however often it is sent."""

    id: str
    event_id: str
    event: str
    subject: str
    state: State
    attempts: int
    happened_at: UtcInstant
    next_attempt_at: UtcInstant | None
    delivered_at: UtcInstant | None
    last_status: int | None
    last_error: str | None
    duration_ms: int | None

    @classmethod
    def of(cls, delivery):
        """Build it from one ``fynlo.webhook.delivery``."""
        return cls(
            id=delivery.fynlo_uuid,
            event_id=delivery.event_id.fynlo_uuid,
            event=delivery.type,
            subject=delivery.subject,
            state=delivery.state,
            attempts=delivery.attempts,
            happened_at=from_odoo_datetime(delivery.happened_at),
            next_attempt_at=from_odoo_datetime(delivery.next_attempt_at),
            delivered_at=from_odoo_datetime(delivery.delivered_at),
            last_status=delivery.last_status or None,
            last_error=delivery.last_error or None,
            duration_ms=delivery.duration_ms or None,
        )


class DeliveryPage(PageReply):
    """A page of a webhook's deliveries, the newest first."""

    deliveries: list[DeliveryView]

    @classmethod
    def of(cls, deliveries, total, query):
        """Build it from the deliveries of one page, the number of all, and the query."""
        views = [DeliveryView.of(delivery) for delivery in deliveries]
        return cls(deliveries=views, **cls.paging(total, query))
