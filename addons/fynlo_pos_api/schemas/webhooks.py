"""Receivers outside who are told what happens in a store."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    PageReply,
    Reply,
    ShortText,
)
from pydantic import AfterValidator, Field, field_validator

from ..engine.webhook import EVENTS
from ..engine.webhook_target import URL_LIMIT
from .order_edits import Version

EventName = Literal[tuple(EVENTS)]


def _each_once(names):
    if len(set(names)) != len(names):
        raise ValueError("an event is named twice")
    return names


Events = Annotated[
    list[EventName], Field(min_length=1, max_length=len(EVENTS)), AfterValidator(_each_once)
]


class WebhookCreate(Body):
    """Body of ``POST /webhooks``.

    ``url`` begins with ``https://`` and leads to a public address.
    """

    id: UUID
    url: Annotated[str, Field(min_length=1, max_length=URL_LIMIT)]
    events: Events
    description: ShortText | None = None


class WebhookUpdate(Body):
    """Body of ``PUT /webhooks/{id}``: what is left out stays."""

    version: Version | None = None
    url: Annotated[str, Field(min_length=1, max_length=URL_LIMIT)] | None = None
    events: Events | None = None
    description: ShortText | None = None
    active: bool | None = None

    @field_validator("url", "events", "active")
    @classmethod
    def _check_present(cls, value):
        if value is None:
            raise ValueError("it cannot be taken away")
        return value


class WebhookTest(Body):
    """Body of ``POST /webhooks/{id}/test``; ``id`` is that of the event."""

    id: UUID


class SecretRoll(Body):
    """Body of ``POST /webhooks/{id}/secret``."""

    version: Version


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
