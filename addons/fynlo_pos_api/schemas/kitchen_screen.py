"""What the browser page of the kitchen shows."""

from datetime import datetime, timezone
from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Reply, UtcInstant

from .kitchen import StationView
from .kitchen_tickets import TicketView
from .orders import NamedView


class ScreenView(Reply):
    """A screen of the kitchen; ``now`` sets its clock, ``done`` is where a bump leads last."""

    now: UtcInstant
    store: NamedView
    stores: list[NamedView]
    stations: list[StationView]
    station_id: str | None
    done: Literal["ready", "served"]
    tickets: list[TicketView]
    recent: list[TicketView]

    @classmethod
    def of(cls, screen):
        """Build it from a ``KitchenScreen``."""
        return cls(
            now=datetime.now(timezone.utc),
            store=NamedView.of(screen.store),
            stores=[NamedView.of(store) for store in screen.stores],
            stations=[StationView.of(station) for station in screen.stations],
            station_id=screen.station.fynlo_uuid or None,
            done=screen.done,
            tickets=[TicketView.of(ticket) for ticket in screen.tickets],
            recent=[TicketView.of(ticket) for ticket in screen.recent],
        )
