from odoo.addons.fynlo_base.exceptions import StaleVersionError
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.order_details import OrderView
from ..schemas.splits import OrderMerge, OrderSplit, SplitView

_ERRORS = (exc.IllegalTransitionError, exc.OrderHasPaymentsError, StaleVersionError)


class SplitsController(Controller):
    """One bill for several, and several for one."""

    @api_route(
        "/orders/<uuid:order_id>/split",
        methods=["POST"],
        body=OrderSplit,
        reply=SplitView,
        roles=CASHIER,
        store_scoped=True,
        errors=_ERRORS,
    )
    def split_order(self, order_id, command):
        """Split a bill into orders by lines or seats, or into shares of what is owed."""
        return SplitView.of(request.env["fynlo.order.split"]._fynlo_split_order(order_id, command))

    @api_route(
        "/orders/<uuid:order_id>/merge",
        methods=["POST"],
        body=OrderMerge,
        reply=OrderView,
        roles=CASHIER,
        store_scoped=True,
        errors=(*_ERRORS, exc.PaymentUnderWayError, exc.SessionNotOpenError),
    )
    def merge_orders(self, order_id, command):
        """Bring the lines and payments of other open orders to this one."""
        return OrderView.of(request.env["fynlo.order.merge"]._fynlo_merge_orders(order_id, command))
