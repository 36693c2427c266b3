from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError
from odoo.addons.fynlo_base.http.later import then
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.addons.fynlo_pos_api import exceptions as pos
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.refunds import PaymentRefundCreate, PaymentRefundView


class PaymentRefundsController(Controller):
    """Money that goes back the way it came: over the gateway, then into the books."""

    @api_route(
        "/payments/<uuid:payment_id>/refunds",
        methods=["POST"],
        body=PaymentRefundCreate,
        reply=PaymentRefundView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        replayable=False,  # the refund's own row answers who asks again
        errors=(
            exc.ApprovalInvalidError,
            exc.CapabilityNotSupportedError,
            exc.GatewayRefusedError,
            exc.PaymentBusyError,
            exc.PaymentStateError,
            IdempotencyConflictError,
            pos.ApprovalRequiredError,
            pos.IllegalTransitionError,
            pos.RefundTooLargeError,
            pos.SessionNotOpenError,
        ),
    )
    def refund_payment(self, payment_id, command):
        """Give money of one payment back to its card, and book that on its order.

        ``unknown`` means that the gateway has not answered: the same body asks again.
        """
        refunds = request.env["fynlo.payment.refund"]
        return then(refunds._fynlo_refund_payment(payment_id, command), PaymentRefundView.of)

    @api_route(
        "/refunds/<uuid:refund_id>",
        methods=["GET"],
        reply=PaymentRefundView,
        roles=CASHIER,
        store_scoped=True,
    )
    def read_refund(self, refund_id):
        """Read a refund over a gateway as far as it is known."""
        return PaymentRefundView.of(request.env["fynlo.payment.refund"]._fynlo_read(refund_id))
