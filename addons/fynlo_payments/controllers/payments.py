from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, NotFoundError
from odoo.addons.fynlo_base.http.later import Later
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.addons.fynlo_pos_api import exceptions as pos
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.payments import (
    IntentCancel,
    IntentCapture,
    IntentConfirm,
    IntentCreate,
    IntentView,
    PaymentPage,
    PaymentQuery,
)

_INTENT = "/payments/intents/<uuid:payment_id>"
_GATEWAY = (exc.CardDeclinedError, exc.GatewayRefusedError, exc.PaymentStateError)
_GATEWAY += (exc.PaymentDeniedError, exc.PaymentInReviewError)
_OPTIONS = {
    "methods": ["POST"],
    "reply": IntentView,
    "roles": CASHIER,
    "store_scoped": True,
    "replayable": False,  # the operation's own row answers who asks again
    "errors": (
        *_GATEWAY,
        exc.AmountTooLargeError,
        exc.CapabilityNotSupportedError,
        exc.PaymentBusyError,
        IdempotencyConflictError,
        pos.ApprovalRequiredError,
        pos.IllegalTransitionError,
        pos.SessionNotOpenError,
    ),
}
_CREATING = (
    *_GATEWAY,
    exc.AmountTooLargeError,
    exc.CapabilityNotSupportedError,
    exc.PaymentsNotConfiguredError,
    IdempotencyConflictError,
    NotFoundError,
    pos.ApprovalRequiredError,
    pos.DeviceRequiredError,
    pos.IllegalTransitionError,
    pos.PaymentUnderWayError,
    pos.SessionNotOpenError,
)


class PaymentsController(Controller):
    """Payments over a gateway: prepared and committed, asked, written down, booked."""

    @api_route(
        "/payments/intents", body=IntentCreate, status=201, **{**_OPTIONS, "errors": _CREATING}
    )
    def create_intent(self, command):
        """Begin a payment of an order, and finish it if the card allows."""
        return _carry_out(request.env["fynlo.payment.desk"]._fynlo_begin(command))

    @api_route(f"{_INTENT}/confirm", body=IntentConfirm, **_OPTIONS)
    def confirm_intent(self, payment_id, command):
        """Try again with a card, the same or another."""
        return self._go_on(payment_id, "confirm", command)

    @api_route(f"{_INTENT}/capture", body=IntentCapture, **_OPTIONS)
    def capture_intent(self, payment_id, command):
        """Take what was authorised, or a part of it."""
        return self._go_on(payment_id, "capture", command)

    @api_route(f"{_INTENT}/cancel", body=IntentCancel, **_OPTIONS)
    def cancel_intent(self, payment_id, command):
        """Give up a payment that has taken nothing yet."""
        return self._go_on(payment_id, "cancel", command)

    @api_route(
        "/payments",
        methods=["GET"],
        query=PaymentQuery,
        reply=PaymentPage,
        roles=CASHIER,
        store_scoped=True,
    )
    def list_payments(self, query):
        """List the card payments of an order: a tab that another till has authorised, too."""
        payments = request.env["payment.transaction"]
        return PaymentPage.of(*payments._fynlo_page(query), query)

    @api_route(
        "/payments/<uuid:payment_id>",
        methods=["GET"],
        reply=IntentView,
        roles=CASHIER,
        store_scoped=True,
    )
    def read_payment(self, payment_id):
        """Read a payment as far as it is known."""
        return IntentView.of(request.env["payment.transaction"]._fynlo_read_payment(payment_id))

    def _go_on(self, payment_id, kind, command):
        desk = request.env["fynlo.payment.desk"]
        return _carry_out(desk._fynlo_continue(payment_id, kind, command))


def _carry_out(operation):
    """Ask the gateway for one operation, sudoed, unless it is known how it has ended."""
    if not operation._fynlo_is_to_ask():
        return _tell(operation)
    return Later(
        call=operation._fynlo_make_call(),
        steps=(
            operation._fynlo_record,
            lambda _: operation.transaction_id._fynlo_book(),
            lambda _: _tell(operation),
        ),
    )


def _tell(operation):
    operation._fynlo_check_result()
    return IntentView.of(operation.transaction_id)
