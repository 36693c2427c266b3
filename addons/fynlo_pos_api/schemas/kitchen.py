"""Kitchen stations, and what may be asked of tickets and done to them."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    PageQuery,
    Query,
    Reply,
    UtcInstant,
)
from pydantic import Field

from .order_edits import Version
from .receipts import Paper

_Items = Annotated[list[UUID], Field(min_length=1, max_length=300)]


class TicketQuery(PageQuery):
    """Query string of ``GET /kitchen/tickets``.

    The expo's station means all stations. ``open`` is what is new, preparing or ready. ``since``
    leaves out what has not changed from that instant on.
    """

    station: UUID | None = None
    state: Literal["open", "new", "preparing", "ready", "served", "cancelled"] | None = None
    since: UtcInstant | None = None


class TicketPrintQuery(Query):
    """Query string of ``GET /kitchen/tickets/{id}/escpos``; the station's paper if left out."""

    paper: Paper | None = None


class _TicketMove(Body):
    """``items`` are the items to move, all of the ticket when left out."""

    id: UUID
    version: Version | None = None
    items: _Items | None = None


class TicketBump(_TicketMove):
    """Body of ``POST /kitchen/tickets/{id}/bump``: how far the food has come."""

    state: Literal["preparing", "ready", "served"] = "ready"


class TicketRecall(_TicketMove):
    """Body of ``POST /kitchen/tickets/{id}/recall``: how far the food goes back."""

    state: Literal["new", "preparing", "ready"] = "preparing"


class PrinterView(Reply):
    """Where a till prints the tickets of a station."""

    name: str
    kind: str
    address: str | None
    columns: int


class StationView(Reply):
    """A station; the expo makes nothing and sees the tickets of all."""

    id: str
    name: str
    expo: bool
    open_tickets: int
    printer: PrinterView | None

    @classmethod
    def of(cls, station):
        """Build it from one ``fynlo.kitchen.station``, sudoed."""
        printer = station.printer_id
        return cls(
            id=station.fynlo_uuid,
            name=station.name,
            expo=station.is_expo,
            open_tickets=station.open_count,
            printer=PrinterView(
                name=printer.name,
                kind=printer.printer_type,
                address=printer.epson_printer_ip or printer.proxy_ip or None,
                columns=int(station.paper_columns),
            )
            if printer
            else None,
        )


class StationList(Reply):
    """The stations of a store in their order."""

    stations: list[StationView]

    @classmethod
    def of(cls, stations):
        """Build it from ``fynlo.kitchen.station`` records, sudoed."""
        return cls(stations=[StationView.of(station) for station in stations])
