from odoo.addons.fynlo_base.exceptions import StaleVersionError
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.carts import OrderPaymentCreate
from ..schemas.order_details import OrderView
from ..schemas.order_edits import (
    OrderCancel,
    OrderHold,
    OrderPatch,
    OrderSend,
    OrderStep,
    OrderTip,
    OrderTransfer,
)

_STEP = (exc.IllegalTransitionError, StaleVersionError)


def _step_route(path, **options):
    options = {"roles": CASHIER, "reply": OrderView, "store_scoped": True, **options}
    options["errors"] = (*_STEP, *options.get("errors", ()))
    return api_route(f"/orders/<uuid:order_id>{path}", **options)


class OrderStepsController(Controller):
    """What happens to an open order."""

    @_step_route(
        "",
        methods=["PATCH"],
        body=OrderPatch,
        errors=(
            exc.ApprovalRequiredError,
            exc.DiscountLimitError,
            exc.OrderHasPaymentsError,
            exc.OutOfStockError,
            exc.ProductUnavailableError,
            exc.SlotFullError,
            exc.SlotNotOpenError,
        ),
    )
    def edit_order(self, order_id, command):
        """Change an open order; lines merge by their ids."""
        return OrderView.of(request.env["fynlo.order.edit"]._fynlo_edit_order(order_id, command))

    @_step_route(
        "/payments",
        methods=["POST"],
        body=OrderPaymentCreate,
        status=201,
        errors=(
            exc.DeviceRequiredError,
            exc.OverpaidError,
            exc.PaymentReferenceUsedError,
            exc.PaymentUnderWayError,
            exc.SessionNotOpenError,
        ),
    )
    def pay_order(self, order_id, command):
        """Take a payment; the one that covers the order finishes the sale."""
        return OrderView.of(request.env["fynlo.order.payment"]._fynlo_pay_order(order_id, command))

    @_step_route(
        "/tip",
        methods=["POST"],
        body=OrderTip,
        errors=(exc.ApprovalRequiredError, exc.SessionNotOpenError, exc.TipTooLateError),
    )
    def tip_order(self, order_id, command):
        """Set the tip of a paid sale, until its session closes."""
        return OrderView.of(request.env["fynlo.order.tip"]._fynlo_tip_order(order_id, command))

    @_step_route("/send", methods=["POST"], body=OrderSend)
    def send_order(self, order_id, command):
        """Tell the kitchen what is new or changed; to send again makes nothing twice."""
        return OrderView.of(request.env["pos.order"]._fynlo_send_order(order_id, command))

    @_step_route("/hold", methods=["POST"], body=OrderHold)
    def hold_order(self, order_id, command):
        """Park an open order, or take it up again."""
        return OrderView.of(request.env["pos.order"]._fynlo_hold_order(order_id, command))

    @_step_route(
        "/cancel",
        methods=["POST"],
        body=OrderCancel,
        errors=(exc.OrderHasPaymentsError, exc.PaymentUnderWayError),
    )
    def cancel_order(self, order_id, command):
        """Void an order that nobody has paid."""
        return OrderView.of(request.env["pos.order"]._fynlo_cancel_order(order_id, command))

    @_step_route("/transfer", methods=["POST"], body=OrderTransfer)
    def transfer_order(self, order_id, command):
        """Move an order to another table or employee."""
        return OrderView.of(request.env["pos.order"]._fynlo_transfer_order(order_id, command))

    @_step_route(
        "/complete",
        methods=["POST"],
        body=OrderStep,
        errors=(exc.OrderNotPaidError, exc.PaymentUnderWayError),
    )
    def complete_order(self, order_id, command):
        """Finish an order on which nothing is owed."""
        return OrderView.of(request.env["pos.order"]._fynlo_complete_order(order_id, command))
