"""A kitchen ticket as rows."""

from .paper import RULE, Row, format_quantity

_KINDS = {"change": "*** CHANGE ***", "cancel": "*** CANCEL ***"}
_ORDER_TYPES = {"dine_in": "Dine in", "takeaway": "TAKEAWAY", "delivery": "DELIVERY"}


def lay_out_ticket(ticket, fired_at, due_at=""):
    """Return the rows of a kitchen ticket.

    :param ticket: a ``TicketView``
    :param fired_at: when it came out in the store's own time, as text
    :param due_at: when it is fetched or brought, the same; empty if nobody said
    """
    place = ticket.table.name if ticket.table else _ORDER_TYPES.get(ticket.order_type)
    rows = [Row(ticket.station.name, fired_at), Row(place or ticket.number, bold=True, size=2)]
    rows.append(Row(f"#{ticket.number}", ticket.employee or ""))
    if due_at:
        rows.append(Row(f"FOR {due_at}", bold=True))
    if ticket.customer:
        rows.append(Row(ticket.customer))
    if ticket.course:
        rows.append(Row(f"Course {ticket.course}", bold=True))
    if ticket.kind in _KINDS:
        rows.append(Row(_KINDS[ticket.kind], bold=True, size=2, centred=True))
    if ticket.note:
        rows += [RULE, Row(ticket.note, bold=True)]
    return [*rows, RULE, *(row for item in ticket.items for row in _item(item))]


def _item(item):
    if not item.quantity:
        return [Row(f"CANCELLED: {item.name}")]
    rows = [Row(f"{format_quantity(item.quantity)} x {item.name}", bold=True, size=2)]
    rows += [Row(f"+ {modifier}", indent=2) for modifier in item.modifiers]
    if item.note:
        rows.append(Row(f"! {item.note}", bold=True, indent=2))
    if item.allergens:
        rows.append(Row(f"Allergens: {item.allergens}", indent=2))
    return rows
