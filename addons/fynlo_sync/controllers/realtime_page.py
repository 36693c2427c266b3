from dataclasses import asdict

from odoo.http import STORED_SESSION_BYTES, Controller, request, route


class RealtimePageController(Controller):
    """How pages of the web client get to hear the websocket gateway."""

    @route("/fynlo/realtime", type="jsonrpc", auth="user")
    def admit_page(self, store=None):
        """Return where the gateway is and a token for it, of the web client's user.

        :param store: uuid of the store whose board or kitchen the page shows
        """
        web_session = request.session.sid[:STORED_SESSION_BYTES]
        address = request.httprequest.remote_addr
        gateway = request.env["fynlo.gateway"]
        return asdict(gateway._fynlo_admit_page(store, web_session, address))
