from odoo.addons.fynlo_base.http.route import CASHIER, MANAGER, api_route
from odoo.http import Controller, request

from ..exceptions import OutOfStockError
from ..schemas.inventory import (
    AdjustmentCreate,
    AdjustmentView,
    InventoryQuery,
    StockPage,
)
from ..schemas.lots import LotPage, LotQuery
from ..schemas.movements import MovementPage, MovementQuery
from ..schemas.reservations import ReservationCreate, ReservationView

_MANAGER = {"roles": MANAGER, "store_scoped": True}


class InventoryController(Controller):
    """Stock of a store."""

    @api_route(
        "/inventory",
        methods=["GET"],
        query=InventoryQuery,
        reply=StockPage,
        roles=CASHIER,
        store_scoped=True,
    )
    def list_stock(self, query):
        """List how much the store has of each product that is counted.

        ``pending`` is sold and not taken out of ``onHand`` yet; ``available`` is exact at once.
        """
        return StockPage.of(*request.env["fynlo.inventory"]._fynlo_page(query), query)

    @api_route(
        "/inventory/lots",
        methods=["GET"],
        query=LotQuery,
        reply=LotPage,
        roles=CASHIER,
        store_scoped=True,
    )
    def list_lots(self, query):
        """List what the store has of which lot, what expires first on top."""
        return LotPage.of(*request.env["fynlo.lot.stock"]._fynlo_page(query), query)

    @api_route(
        "/inventory/adjustments",
        methods=["POST"],
        body=AdjustmentCreate,
        reply=AdjustmentView,
        status=201,
        **_MANAGER,
    )
    def adjust_stock(self, command):
        """Correct the stock: so many more or fewer, or as counted, and why."""
        found = request.env["fynlo.inventory"]._fynlo_adjust(command)
        return AdjustmentView.of(command.id, *found)

    @api_route(
        "/inventory/movements",
        methods=["GET"],
        query=MovementQuery,
        reply=MovementPage,
        **_MANAGER,
    )
    def list_movements(self, query):
        """List what came to the store and what left it, the latest first."""
        return MovementPage.of(*request.env["fynlo.inventory"]._fynlo_movements(query), query)

    @api_route(
        "/inventory/reservations",
        methods=["POST"],
        body=ReservationCreate,
        reply=ReservationView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(OutOfStockError,),
    )
    def reserve_stock(self, command):
        """Set goods aside for a cart, for at most a quarter of an hour.

        A strict store refuses what it has not got; any other takes note.
        """
        reservations = request.env["fynlo.stock.reservation"]
        return ReservationView.of(reservations._fynlo_reserve(command))
