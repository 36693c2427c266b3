from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError
from odoo.addons.fynlo_base.http.later import Later
from odoo.addons.fynlo_base.http.route import CASHIER, DEVICE, api_route
from odoo.addons.fynlo_pos_api import exceptions as pos
from odoo.http import Controller, request

from .. import exceptions as exc
from ..models.fynlo_payment_desk_terminal import check_answer
from ..schemas.payments import IntentView
from ..schemas.terminal import ConnectionTokenView, ReaderProcess, ReadersView, ReaderView
from .payments import _carry_out

_READER = "/payments/terminal/readers/<uuid:reader_id>"
_ERRORS = (exc.GatewayRefusedError, exc.GatewayUnavailableError)
_MISSING = (exc.PaymentsNotConfiguredError, exc.TerminalNotConfiguredError)


class TerminalController(Controller):
    """Card readers at the counter, and apps that read cards themselves."""

    @api_route(
        "/payments/terminal/connection-token",
        methods=["POST"],
        reply=ConnectionTokenView,
        roles=CASHIER | DEVICE,
        store_scoped=True,
        replayable=False,  # a secret is not stored
        errors=(*_ERRORS, *_MISSING),
    )
    def create_connection_token(self):
        """Give the gateway's SDK a token of the store's location, for Tap to Pay too."""
        call, location = request.env["fynlo.payment.desk"]._fynlo_make_token_call()

        def tell(outcome):
            check_answer(outcome)
            return ConnectionTokenView(secret=outcome.values["secret"], location=location)

        return Later(call=call, steps=(tell,))

    @api_route(
        "/payments/terminal/readers",
        methods=["GET"],
        reply=ReadersView,
        roles=CASHIER | DEVICE,
        store_scoped=True,
        errors=(*_ERRORS, *_MISSING),
    )
    def list_readers(self):
        """List the readers of the store's location as the gateway sees them now."""
        call, keep = request.env["fynlo.payment.desk"]._fynlo_make_readers_call()
        return Later(call=call, steps=(keep, _tell_readers))

    @api_route(
        f"{_READER}/process",
        methods=["POST"],
        body=ReaderProcess,
        reply=IntentView,
        roles=CASHIER,
        store_scoped=True,
        replayable=False,  # the operation's own row answers who asks again
        errors=(
            exc.AmountTooLargeError,
            exc.CardDeclinedError,
            exc.GatewayRefusedError,
            exc.PaymentBusyError,
            exc.PaymentStateError,
            IdempotencyConflictError,
            pos.IllegalTransitionError,
            pos.SessionNotOpenError,
        ),
    )
    def process_at_reader(self, reader_id, command):
        """Let a reader ask for a card; after a timeout send the same payment again."""
        return _carry_out(request.env["fynlo.payment.desk"]._fynlo_process(reader_id, command))

    @api_route(
        f"{_READER}/cancel",
        methods=["POST"],
        reply=ReaderView,
        roles=CASHIER,
        store_scoped=True,
        replayable=False,  # it stops what the reader shows now
        errors=_ERRORS,
    )
    def cancel_at_reader(self, reader_id):
        """Stop what a reader waits for; the payment stays open."""
        call, tell = request.env["fynlo.payment.desk"]._fynlo_make_stop_call(reader_id)
        return Later(call=call, steps=(tell, lambda found: ReaderView.of(*found)))


def _tell_readers(kept):
    return ReadersView(readers=[ReaderView.of(*each) for each in kept])
