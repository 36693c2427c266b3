from odoo import api, models
from odoo.tools import SQL

from ..clients.square_gateway import verify_event
from ..exceptions import WebhookSignatureError
from ..schemas.gateway_events import SquareEvent


class FynloPaymentEvent(models.Model):
    """Square's events: hints, as those of Stripe; what they are about is read later."""

    _inherit = "fynlo.payment.event"

    @api.model
    def _fynlo_take_in_square(self, payload, signature):
        """Write down a signed event of Square; one that is known already changes nothing.

        :param payload: bytes of the body
        :param signature: header ``x-square-hmacsha256-signature``
        :raise WebhookSignatureError: no provider's key has signed it
        :raise WebhookEventError: it is signed, and is no event
        """
        provider_ids = self._fynlo_verify_square(payload, signature)
        event = SquareEvent.parse(payload)
        payment, refund = event.payment, event.refund
        ref = payment.id if payment else refund and refund.payment_id
        uuid, object_ref = payment and payment.reference_id, refund and refund.id
        provider_id = self._fynlo_pick(provider_ids, ref, uuid)
        self._fynlo_keep((event.event_id, provider_id, event.type, ref, uuid, object_ref))

    def _fynlo_verify_square(self, payload, signature):
        """Return the ids of the providers whose key has signed it; those that are on first.

        Somebody may have paid just before a provider was switched off; several share accounts.

        :raise WebhookSignatureError: no provider's key has signed it
        """
        # Nobody is signed in on this route: the signature is what is checked.
        self.env["payment.provider"].flush_model(
            ["code", "sequence", "state", "square_signature_key"]
        )
        query = """SELECT id, square_signature_key FROM payment_provider
                   WHERE code = 'square' AND square_signature_key <> ''
                   ORDER BY state DESC, sequence, id"""
        keys = self.env.execute_query(SQL(query))
        providers_sudo = self.env["payment.provider"].sudo()
        found = [
            id_ for id_, key in keys
            if verify_event(payload, signature, providers_sudo.browse(id_).square_webhook_url, key)
        ]  # fmt: skip
        if not found:
            raise WebhookSignatureError()
        return found
