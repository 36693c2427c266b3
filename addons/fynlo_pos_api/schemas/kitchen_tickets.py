"""Kitchen tickets with their items."""

from typing import Literal

from odoo.addons.fynlo_base.schemas.base import PageReply, Reply, UtcInstant, from_odoo_datetime

from .carts import OrderType
from .orders import NamedView

TicketState = Literal["new", "preparing", "ready", "served", "cancelled"]
TicketKind = Literal["new", "change", "cancel"]


class TicketItemView(Reply):
    """A row of a ticket. ``quantity`` is less what was cancelled since; 0: do not make it."""

    id: str
    line_id: str
    name: str
    quantity: float
    cancelled_quantity: float
    modifiers: list[str]
    note: str | None
    allergens: str | None
    state: TicketState
    started_at: UtcInstant | None
    ready_at: UtcInstant | None
    served_at: UtcInstant | None

    @classmethod
    def of(cls, item):
        """Build it from one ``fynlo.kitchen.item``, sudoed."""
        return cls(
            id=item.fynlo_uuid,
            line_id=item.line_uuid,
            name=item.name,
            quantity=item._fynlo_live(),
            cancelled_quantity=item.cancelled_quantity,
            modifiers=item.modifiers or [],
            note=item.note or None,
            allergens=item.allergens or None,
            state=item.state,
            started_at=from_odoo_datetime(item.started_at),
            ready_at=from_odoo_datetime(item.ready_at),
            served_at=from_odoo_datetime(item.served_at),
        )


class TicketView(Reply):
    """A ticket with its items; ``number`` is what is called out.

    ``customer`` is the name that the guest gave for the order, else his own; ``scheduledAt`` is
    when it is fetched or brought.
    """

    id: str
    number: str
    kind: TicketKind
    state: TicketState
    version: int
    station: NamedView
    order_id: str
    order_type: OrderType | None
    table: NamedView | None
    customer: str | None
    employee: str | None
    note: str | None
    scheduled_at: UtcInstant | None
    course: int | None
    recalls: int
    fired_at: UtcInstant
    started_at: UtcInstant | None
    ready_at: UtcInstant | None
    served_at: UtcInstant | None
    items: list[TicketItemView]

    @classmethod
    def of(cls, ticket):
        """Build it from one ``fynlo.kitchen.ticket``, sudoed."""
        order = ticket.order_id
        return cls(
            id=ticket.fynlo_uuid,
            number=ticket.number,
            kind=ticket.kind,
            state=ticket.state,
            version=ticket.version,
            station=NamedView.of(ticket.station_id),
            order_id=order.uuid,
            order_type=order.fynlo_order_type or None,
            table=NamedView.of(order.table_id),
            customer=order.floating_order_name or order.partner_id.name or None,
            employee=order.employee_id.name or None,
            note=order.general_customer_note or None,
            scheduled_at=from_odoo_datetime(order.preset_time),
            course=ticket.course or None,
            recalls=ticket.recall_count,
            fired_at=from_odoo_datetime(ticket.fired_at),
            started_at=from_odoo_datetime(ticket.started_at),
            ready_at=from_odoo_datetime(ticket.ready_at),
            served_at=from_odoo_datetime(ticket.served_at),
            items=[TicketItemView.of(item) for item in ticket.item_ids],
        )


class TicketPage(PageReply):
    """A page of tickets."""

    tickets: list[TicketView]

    @classmethod
    def of(cls, tickets, total, query):
        """Build it from the ``fynlo.kitchen.ticket`` of one page, sudoed, and the query."""
        return cls(
            tickets=[TicketView.of(ticket) for ticket in tickets], **cls.paging(total, query)
        )
