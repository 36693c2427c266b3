from odoo import fields, models
from odoo.addons.payment.utils import to_minor_currency_units
from odoo.addons.payment_stripe.const import CURRENCY_DECIMALS
from odoo.exceptions import ValidationError
from requests import ConnectionError as NoConnection
from requests import HTTPError, Timeout

from .payment_provider_keys import digest

#: Where Odoo posts what it asks for, and the form field that carries our mark.
_MARK = "metadata[fynlo_request]"


class PaymentTransaction(models.Model):
    """The web shop's refunds, captures and cancellations at Stripe: each of them once.

    Odoo asks inside the database transaction that makes the refund's row, and tries that again
    after a collision. The key here is made of what a second try has in common with the first, and
    kept with the row for who has to ask again later.
    """

    _inherit = "payment.transaction"

    fynlo_request = fields.Selection(
        [("refund", "Refund"), ("capture", "Capture"), ("void", "Cancellation")],
        "Asked of the Gateway", readonly=True, copy=False,
    )  # fmt: skip
    fynlo_request_key = fields.Char(
        "Key of the Request", readonly=True, copy=False, index="btree_not_null",
        groups="base.group_system",
    )  # fmt: skip

    def _send_api_request(self, method, endpoint, *, params=None, data=None, json=None, **kwargs):
        is_asked = method == "POST" and self.provider_code == "stripe"
        if is_asked and not kwargs.get("idempotency_key"):
            key = self._fynlo_key_for(endpoint, data)
            kwargs["idempotency_key"] = key
            if endpoint == "refunds":
                data = {**data, _MARK: key}  # how a refund that nobody heard of is known again
        return super()._send_api_request(
            method, endpoint, params=params, data=data, json=json, **kwargs
        )

    def _fynlo_key_for(self, endpoint, payload):
        """Return the key of what one transaction asks; a second try of it gets the same.

        A child's reference is no part of it: if its first try fails and another refund takes the
        reference, the second try has a new one.
        """
        # Whoever may ask for it may not read keys.
        self_sudo = self.sudo()
        database = self_sudo.env["ir.config_parameter"].get_param("database.uuid")
        if not self.source_transaction_id:
            return digest(database, self.reference, endpoint, payload)
        if not self_sudo.fynlo_request_key:
            like_it = self_sudo.search_count(
                [("source_transaction_id", "=", self.source_transaction_id.id),
                 ("operation", "=", self.operation), ("amount", "=", self.amount),
                 ("id", "!=", self.id)]
            )  # fmt: skip
            source = self.source_transaction_id.id
            self_sudo.fynlo_request_key = digest(database, source, endpoint, payload, like_it)
        return self_sudo.fynlo_request_key

    def _send_refund_request(self):
        return self._fynlo_ask("refund", super()._send_refund_request)

    def _send_capture_request(self):
        return self._fynlo_ask("capture", super()._send_capture_request)

    def _send_void_request(self):
        return self._fynlo_ask("void", super()._send_void_request)

    def _fynlo_ask(self, kind, send):
        """Let Odoo ask; without an answer the transaction waits until one is known.

        Odoo takes a lost connection for a refusal: whoever asks again then asks for another one.
        """
        if self.provider_code != "stripe":
            return send()
        self.fynlo_request = kind
        try:
            return send()
        except ValidationError as error:
            if not _is_open(error.__context__):
                raise
            self._set_pending(state_message=self.env._("The gateway has given no answer yet."))
            return None

    def _fynlo_shop_request(self):
        """Return what one child, sudoed, has asked for, as ``StripeShop.settle`` wants it."""
        amount = to_minor_currency_units(
            -self.amount, self.currency_id,
            arbitrary_decimal_number=CURRENCY_DECIMALS.get(self.currency_id.name),
        )  # fmt: skip
        ref = self.source_transaction_id.provider_reference
        key = self.fynlo_request_key
        return {"kind": self.fynlo_request, "ref": ref, "key": key, "amount": amount}


def _is_open(cause):
    """Tell whether an HTTP error leaves open if the gateway has done it."""
    if isinstance(cause, HTTPError):
        return cause.response.status_code == 409 or cause.response.status_code >= 500
    return isinstance(cause, (NoConnection, Timeout))
