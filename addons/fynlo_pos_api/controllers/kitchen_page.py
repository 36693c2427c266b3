from functools import partial

from odoo.addons.fynlo_base.http.body import validate_body
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.http import Controller, request, route
from odoo.tools.json import scriptsafe
from pydantic_core import to_json

from ..schemas.kitchen import TicketBump, TicketRecall
from ..schemas.kitchen_screen import ScreenView


class KitchenPageController(Controller):
    """The kitchen's screen in a browser, for users of the web client."""

    @route("/fynlo/kitchen", type="http", auth="user", methods=["GET"], readonly=True)
    def show_page(self, store=None, **_query):
        """Show the page; ``store`` and ``station`` of the query string choose what hangs there."""
        request.env["fynlo.kitchen"]._fynlo_at_store(store)
        session_info = request.env["ir.http"].get_frontend_session_info()
        values = {"session_info": scriptsafe.dumps(session_info)}
        return request.render("fynlo_pos_api.kitchen_page", values)

    @route("/fynlo/kitchen/read", type="jsonrpc", auth="user", readonly=True)
    def read_screen(self, store=None, station=None):
        """Return what hangs on the screen of a station."""
        kitchen = request.env["fynlo.kitchen"]._fynlo_at_store(store)["fynlo.kitchen"]
        return _to_plain(ScreenView.of(kitchen._fynlo_read_screen(station)))

    @route("/fynlo/kitchen/bump", type="jsonrpc", auth="user")
    def bump_ticket(self, store, ticket, command):
        """Move a ticket forward; ``command`` is a body of the API's own route."""
        self._move(store, "_fynlo_bump", ticket, validate_body(TicketBump, to_json(command)))

    @route("/fynlo/kitchen/recall", type="jsonrpc", auth="user")
    def recall_ticket(self, store, ticket, command):
        """Move a ticket back; ``command`` is a body of the API's own route."""
        self._move(store, "_fynlo_recall", ticket, validate_body(TicketRecall, to_json(command)))

    def _move(self, store, method, ticket, command):
        env = request.env["fynlo.kitchen"]._fynlo_at_store(store)
        run_with_retry(env, partial(getattr(env["fynlo.kitchen.ticket"], method), ticket, command))


def _to_plain(reply):
    return reply.model_dump(mode="json", by_alias=True)
