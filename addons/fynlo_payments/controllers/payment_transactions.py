from odoo.addons.fynlo_base.exceptions import (
    IdempotencyConflictError,
    LockedOutError,
    NotFoundError,
)
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.addons.fynlo_pos_api import exceptions as pos
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.payment_transactions import TransactionCreate, TransactionView


class PaymentTransactionsController(Controller):
    """Several tenders that pay one order: all of them, or none."""

    @api_route(
        "/payments/transactions",
        methods=["POST"],
        body=TransactionCreate,
        reply=TransactionView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        replayable=False,  # its own rows answer who asks again
        errors=(
            exc.AmountTooLargeError,
            exc.CapabilityNotSupportedError,
            exc.CardDeclinedError,
            exc.GatewayRefusedError,
            exc.PaymentsNotConfiguredError,
            exc.StoredValueTooLowError,
            exc.StoredValueUnknownError,
            exc.StoredValueUnusableError,
            exc.TransactionCanceledError,
            IdempotencyConflictError,
            LockedOutError,
            NotFoundError,
            pos.ApprovalRequiredError,
            pos.DeviceRequiredError,
            pos.IllegalTransitionError,
            pos.SessionNotOpenError,
        ),
    )
    def create_transaction(self, command):
        """Pay an order with several tenders, or go on with that."""
        split = request.env["fynlo.payment.split"]._fynlo_begin(command)
        return split._fynlo_drive(_tell, is_asked_again=True)

    @api_route(
        "/payments/transactions/<uuid:transaction_id>",
        methods=["GET"],
        reply=TransactionView,
        roles=CASHIER,
        store_scoped=True,
    )
    def read_transaction(self, transaction_id):
        """Read how far a transaction is."""
        return TransactionView.of(
            request.env["fynlo.payment.split"]._fynlo_read_split(transaction_id)
        )


def _tell(split):
    split._fynlo_check_result()
    return TransactionView.of(split)
