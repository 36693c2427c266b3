from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.addons.fynlo_base.schemas.base import PageQuery
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.cash_counts import CashCountCreate, CashCountView, DenominationList
from ..schemas.drawers import (
    DrawerPage,
    ShiftClose,
    ShiftHandover,
    ShiftOpen,
    ShiftView,
)
from ..schemas.no_sales import NoSaleCreate, NoSaleView

_ENDING = (
    exc.ApprovalRequiredError,
    exc.CountRequiredError,
    exc.ReasonRequiredError,
    exc.SessionNotOpenError,
    exc.ShiftClosedError,
)


class DrawersController(Controller):
    """Drawers of a store and who answers for them."""

    @api_route(
        "/denominations", methods=["GET"], reply=DenominationList, roles=CASHIER, store_scoped=True
    )
    def list_denominations(self):
        """List the coins and notes that the store counts."""
        return DenominationList.of(*request.env["pos.bill"]._fynlo_read_denominations())

    @api_route(
        "/drawers",
        methods=["GET"],
        query=PageQuery,
        reply=DrawerPage,
        roles=CASHIER,
        store_scoped=True,
    )
    def list_drawers(self, query):
        """List the store's drawers and who has each now."""
        return DrawerPage.of(*request.env["fynlo.drawer"]._fynlo_page(query), query)

    @api_route(
        "/drawers/<uuid:drawer_id>/shifts",
        methods=["POST"],
        body=ShiftOpen,
        reply=ShiftView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(
            exc.DrawerTakenError,
            exc.EmployeeRequiredError,
            exc.NoCashDrawerError,
            exc.SessionNotOpenError,
        ),
    )
    def open_shift(self, drawer_id, command):
        """Take a drawer: from now on its cash is yours to answer for."""
        drawer = request.env["fynlo.drawer"]._fynlo_find_drawer(drawer_id)
        return ShiftView.of(request.env["fynlo.drawer.shift"]._fynlo_open_shift(drawer, command))

    @api_route(
        "/drawer-shifts/<uuid:shift_id>",
        methods=["GET"],
        reply=ShiftView,
        roles=CASHIER,
        store_scoped=True,
    )
    def read_shift(self, shift_id):
        """Read a drawer shift: one's own, or as a supervisor anybody's."""
        return ShiftView.of(request.env["fynlo.drawer.shift"]._fynlo_read_shift(shift_id))

    @api_route(
        "/drawer-shifts/<uuid:shift_id>/count",
        methods=["POST"],
        body=CashCountCreate,
        reply=CashCountView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(exc.SessionNotOpenError, exc.ShiftClosedError),
    )
    def count_shift(self, shift_id, command):
        """Count a drawer, without being told what should be in it."""
        shift = request.env["fynlo.drawer.shift"]._fynlo_find_shift(shift_id)
        return CashCountView.of(shift._fynlo_count_shift(command))

    @api_route(
        "/drawer-shifts/<uuid:shift_id>/handover",
        methods=["POST"],
        body=ShiftHandover,
        reply=ShiftView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(*_ENDING, exc.DrawerTakenError, exc.EmployeeRequiredError),
    )
    def hand_over(self, shift_id, command):
        """Take a drawer over from a colleague with what was counted last.

        His shift ends and the new one begins at once. A supervisor may name who takes over.
        """
        shift = request.env["fynlo.drawer.shift"]._fynlo_find_shift(shift_id)
        return ShiftView.of(shift._fynlo_hand_over(command))

    @api_route(
        "/drawer-shifts/<uuid:shift_id>/close",
        methods=["POST"],
        body=ShiftClose,
        reply=ShiftView,
        roles=CASHIER,
        store_scoped=True,
        errors=_ENDING,
    )
    def close_shift(self, shift_id, command):
        """Close a drawer on its last count."""
        shift = request.env["fynlo.drawer.shift"]._fynlo_find_shift(shift_id)
        return ShiftView.of(shift._fynlo_close_shift(command))

    @api_route(
        "/sessions/current/no-sales",
        methods=["POST"],
        body=NoSaleCreate,
        reply=NoSaleView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(exc.NoCashDrawerError, exc.SessionNotOpenError),
    )
    def open_drawer(self, command):
        """Note that the drawer was opened without a sale, and why."""
        session = request.env["pos.session"]._fynlo_current_session()
        return NoSaleView.of(session._fynlo_open_drawer(command))
