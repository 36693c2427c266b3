from odoo.addons.fynlo_base.http.reply import RawReply
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.addons.fynlo_base.schemas.base import EmptyReply
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.carts import OrderCreate, QuoteRequest
from ..schemas.order_details import OrderView
from ..schemas.orders import OrderPage, OrderQuery
from ..schemas.quotes import QuoteView
from ..schemas.receipts import PRINT_TYPES, OrderMail, ReceiptQuery, ReceiptView

_PRICING = (
    exc.ApprovalRequiredError,
    exc.DiscountLimitError,
    exc.PriceChangedError,
    exc.ProductUnavailableError,
    exc.UnknownDiscountCodeError,
)
_SELLING = (
    *_PRICING,
    exc.DeviceRequiredError,
    exc.OutOfStockError,
    exc.OverpaidError,
    exc.PaymentReferenceUsedError,
    exc.SessionNotOpenError,
    exc.SlotFullError,
    exc.SlotNotOpenError,
)


class OrdersController(Controller):
    """Quotes, orders and their receipts."""

    @api_route(
        "/orders/quote",
        methods=["POST"],
        body=QuoteRequest,
        reply=QuoteView,
        roles=CASHIER,
        store_scoped=True,
        replayable=False,
        errors=_PRICING,
    )
    def quote_order(self, command):
        """Price a cart; nothing is written."""
        return QuoteView.of(request.env["fynlo.checkout"]._fynlo_quote(command))

    @api_route(
        "/orders",
        methods=["POST"],
        body=OrderCreate,
        reply=OrderView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=_SELLING,
    )
    def create_order(self, command):
        """Book an order; payments that cover it make it a finished sale.

        Less than that leaves it open, and an open order keeps the session from closing.
        ``occurredAt`` is at most seven days back and two minutes ahead of the server's clock
        (header ``Date``); without it the sale is made now.
        """
        return OrderView.of(request.env["fynlo.checkout"]._fynlo_sell(command))

    @api_route(
        "/orders",
        methods=["GET"],
        query=OrderQuery,
        reply=OrderPage,
        roles=CASHIER,
        store_scoped=True,
    )
    def list_orders(self, query):
        """List the orders of the store."""
        orders, total = request.env["pos.order"]._fynlo_search_orders(query)
        return OrderPage.of(orders, total, query)

    @api_route(
        "/orders/<uuid:order_id>",
        methods=["GET"],
        reply=OrderView,
        roles=CASHIER,
        store_scoped=True,
    )
    def read_order(self, order_id):
        """Read one order."""
        return OrderView.of(request.env["pos.order"]._fynlo_find_order(order_id))

    @api_route(
        "/orders/<uuid:order_id>/receipt",
        methods=["GET"],
        query=ReceiptQuery,
        reply=ReceiptView,
        roles=CASHIER,
        store_scoped=True,
        files=tuple(PRINT_TYPES.values()),
    )
    def read_receipt(self, order_id, query):
        """Read the receipt of one order: as data, for an ESC/POS printer, or as PDF."""
        order = request.env["pos.order"]._fynlo_find_order(order_id)
        if query.format == "json":
            return ReceiptView.of(order)
        body = request.env["fynlo.paper"]._fynlo_print_receipt(order, query)
        return RawReply(body, PRINT_TYPES[query.format])

    @api_route(
        "/orders/<uuid:order_id>/email",
        methods=["POST"],
        body=OrderMail,
        reply=EmptyReply,
        roles=CASHIER,
        store_scoped=True,
        status=202,
        errors=(exc.ContactRefusedError, exc.MailLimitError),
    )
    def mail_receipt(self, order_id, command):
        """Mail the receipt of one order as PDF; it leaves within minutes."""
        request.env["pos.order"]._fynlo_mail_receipt(order_id, command)
        return EmptyReply()
