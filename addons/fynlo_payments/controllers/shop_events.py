from odoo import http
from odoo.addons.payment_stripe.controllers.main import StripeController
from odoo.http import request
from werkzeug.exceptions import BadRequest

from .. import exceptions as exc

_MOST_BYTES = 1024 * 1024


class ShopEventsController(StripeController):
    """The webhook of Odoo's own addon: it takes an event in and applies nothing by itself."""

    @http.route(max_content_length=_MOST_BYTES)
    def stripe_webhook(self):
        """Take an event in: signed by a provider's secret, or 400; the rest comes later."""
        raw = request.httprequest.get_data()  # kept: Odoo runs this again after a collision
        signature = request.httprequest.headers.get("Stripe-Signature", "")
        try:
            request.env["fynlo.payment.event"]._fynlo_take_in(raw, signature)
        except (
            exc.WebhookEventError,
            exc.WebhookSignatureError,
        ) as error:  # Odoo's own routes know no errors of ours
            raise BadRequest(error.message) from None
        return request.make_json_response("")
