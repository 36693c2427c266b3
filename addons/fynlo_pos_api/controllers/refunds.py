from odoo.addons.fynlo_base.http.later import then
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.order_details import OrderView
from ..schemas.refunds import RefundCreate


class RefundsController(Controller):
    """Money that goes back."""

    @api_route(
        "/orders/<uuid:order_id>/refunds",
        methods=["POST"],
        body=RefundCreate,
        reply=OrderView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(
            exc.ApprovalRequiredError,
            exc.IllegalTransitionError,
            exc.PaymentReferenceUsedError,
            exc.RefundTooLargeError,
            exc.SessionNotOpenError,
        ),
    )
    def refund_order(self, order_id, command):
        """Give back some lines, an amount, or all that is left of a finished sale.

        The reply is the refund, an order of its own with quantities and amounts below zero.
        """
        refund = request.env["fynlo.order.refund"]._fynlo_refund_order(order_id, command)
        return then(refund, OrderView.of)
