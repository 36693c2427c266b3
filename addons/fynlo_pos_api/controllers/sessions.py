from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.cash_counts import CashCountCreate, CashCountView
from ..schemas.session_reports import SessionReportView
from ..schemas.sessions import (
    CashMoveCreate,
    CashMoveView,
    SessionClose,
    SessionOpen,
    SessionView,
)


class SessionsController(Controller):
    """The store's session and its cash drawer."""

    @api_route(
        "/sessions/open",
        methods=["POST"],
        body=SessionOpen,
        reply=SessionView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(exc.SessionAlreadyOpenError, exc.NoCashDrawerError),
    )
    def open_session(self, command):
        """Open the store's session."""
        return SessionView.of(request.env["pos.session"]._fynlo_open_session(command))

    @api_route(
        "/sessions/current",
        methods=["GET"],
        reply=SessionView,
        roles=CASHIER,
        store_scoped=True,
        errors=(exc.SessionNotOpenError,),
    )
    def read_current(self):
        """Read the store's open session."""
        return SessionView.of(request.env["pos.session"]._fynlo_current_session())

    @api_route(
        "/sessions/current/cash-moves",
        methods=["POST"],
        body=CashMoveCreate,
        reply=CashMoveView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(exc.SessionNotOpenError, exc.NoCashDrawerError),
    )
    def move_cash(self, command):
        """Put cash into the drawer or take it out."""
        session = request.env["pos.session"]._fynlo_current_session()
        return CashMoveView.of(session._fynlo_move_cash(command))

    @api_route(
        "/sessions/current/count",
        methods=["POST"],
        body=CashCountCreate,
        reply=CashCountView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        errors=(exc.SessionNotOpenError, exc.NoCashDrawerError),
    )
    def count_cash(self, command):
        """Record what is in the drawer, without being told what should be."""
        session = request.env["pos.session"]._fynlo_current_session()
        return CashCountView.of(session._fynlo_count_cash(command))

    @api_route(
        "/sessions/current/close",
        methods=["POST"],
        body=SessionClose,
        reply=SessionView,
        roles=CASHIER,
        store_scoped=True,
        errors=(
            exc.SessionNotOpenError,
            exc.DraftOrdersError,
            exc.CountRequiredError,
            exc.ApprovalRequiredError,
            exc.DrawersOpenError,
            exc.ReasonRequiredError,
            exc.SessionNotClosableError,
        ),
    )
    def close_session(self, command):
        """Close the session and post its entries and stock."""
        session = request.env["pos.session"]._fynlo_current_session()
        return SessionView.of(session._fynlo_close_session(command))

    @api_route(
        "/sessions/<uuid:session_id>/report",
        methods=["GET"],
        reply=SessionReportView,
        roles=CASHIER,
        store_scoped=True,
    )
    def read_report(self, session_id):
        """Read the X report of an open session (supervisor) or the Z report of a closed one."""
        session = request.env["pos.session"]._fynlo_find_session(session_id)
        return SessionReportView.of(session._fynlo_report())
