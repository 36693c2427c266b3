from odoo.addons.fynlo_base.exceptions import StaleVersionError
from odoo.addons.fynlo_base.http.reply import RawReply
from odoo.addons.fynlo_base.http.route import KITCHEN, api_route
from odoo.http import Controller, request

from ..schemas.kitchen import (
    StationList,
    TicketBump,
    TicketPrintQuery,
    TicketQuery,
    TicketRecall,
)
from ..schemas.kitchen_tickets import TicketPage, TicketView
from ..schemas.receipts import PRINT_TYPES

_KITCHEN = {"roles": KITCHEN, "store_scoped": True}
_MOVE = {**_KITCHEN, "methods": ["POST"], "reply": TicketView, "errors": (StaleVersionError,)}


class KitchenController(Controller):
    """Stations and the tickets that come out there."""

    @api_route("/kitchen/stations", methods=["GET"], reply=StationList, **_KITCHEN)
    def list_stations(self):
        """List the kitchen stations of the store."""
        return StationList.of(request.env["fynlo.kitchen.station"]._fynlo_list_stations())

    @api_route("/kitchen/tickets", methods=["GET"], query=TicketQuery, reply=TicketPage, **_KITCHEN)
    def list_tickets(self, query):
        """List the kitchen tickets of the store, the oldest first."""
        tickets, total = request.env["fynlo.kitchen.ticket"]._fynlo_search_tickets(query)
        return TicketPage.of(tickets, total, query)

    @api_route(
        "/kitchen/tickets/<uuid:ticket_id>/escpos",
        methods=["GET"],
        query=TicketPrintQuery,
        reply=RawReply,
        media_type=PRINT_TYPES["escpos"],
        **_KITCHEN,
    )
    def print_ticket(self, ticket_id, query):
        """Give the bytes that print a ticket; to print it again cooks nothing."""
        ticket = request.env["fynlo.kitchen.ticket"]._fynlo_find_ticket(ticket_id)
        body = request.env["fynlo.paper"]._fynlo_print_ticket(ticket, query)
        return RawReply(body, PRINT_TYPES["escpos"])

    @api_route("/kitchen/tickets/<uuid:ticket_id>/bump", body=TicketBump, **_MOVE)
    def bump_ticket(self, ticket_id, command):
        """Move a ticket or some of its items forward.

        To bump what is there already changes nothing: two cooks who bump at once get one answer.
        """
        return TicketView.of(request.env["fynlo.kitchen.ticket"]._fynlo_bump(ticket_id, command))

    @api_route("/kitchen/tickets/<uuid:ticket_id>/recall", body=TicketRecall, **_MOVE)
    def recall_ticket(self, ticket_id, command):
        """Move a ticket or some of its items back."""
        return TicketView.of(request.env["fynlo.kitchen.ticket"]._fynlo_recall(ticket_id, command))
