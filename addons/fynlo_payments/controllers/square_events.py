from odoo.addons.fynlo_base import exceptions as base
from odoo.addons.fynlo_base.http.body import read_body
from odoo.addons.fynlo_base.http.reply import RawReply
from odoo.addons.fynlo_base.http.route import ANYONE, BODY_LIMIT_BYTES, api_route
from odoo.http import Controller, request

from .. import exceptions as exc


class SquareEventsController(Controller):
    """What Square tells by itself."""

    @api_route(
        "/webhooks/square",
        methods=["POST"],
        reply=RawReply,
        roles=ANYONE,
        rate="none",
        errors=(
            base.MalformedRequestError,
            base.PayloadTooLargeError,
            base.UnsupportedMediaTypeError,
            exc.WebhookEventError,
            exc.WebhookSignatureError,
        ),
    )
    def take_square_event(self):
        """Take an event of Square: checked by its signature, written down, applied later."""
        raw = read_body(request.httprequest, BODY_LIMIT_BYTES)
        signature = request.httprequest.headers.get("x-square-hmacsha256-signature", "")
        request.env["fynlo.payment.event"]._fynlo_take_in_square(raw, signature)
        return RawReply(b"", "text/plain")
