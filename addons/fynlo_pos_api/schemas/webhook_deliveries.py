"""What became of the calls of a webhook."""

from typing import Literal

from odoo.addons.fynlo_base.schemas.base import (
    PageQuery,
    PageReply,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)

from ..engine.webhook import EVENTS, TEST_EVENT

State = Literal["pending", "sending", "failed", "delivered", "dead"]


class DeliveryQuery(PageQuery):
    """Query of ``GET /webhooks/{id}/deliveries``."""

    state: State | None = None
    event: Literal[(*EVENTS, TEST_EVENT)] | None = None


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
