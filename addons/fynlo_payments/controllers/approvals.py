from odoo.addons.fynlo_base.exceptions import (
    IdempotencyConflictError,
    LockedOutError,
    PinInvalidError,
)
from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.addons.fynlo_pos_api import exceptions as pos
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.approvals import ApprovalCreate, ApprovalView


class ApprovalsController(Controller):
    """What one person may not do alone."""

    @api_route(
        "/approvals",
        methods=["POST"],
        body=ApprovalCreate,
        reply=ApprovalView,
        roles=CASHIER,
        store_scoped=True,
        status=201,
        rate="auth",
        replayable=False,  # an answer that is kept would be a token in plain text
        errors=(
            exc.ApproverRefusedError,
            IdempotencyConflictError,
            LockedOutError,
            PinInvalidError,
            pos.DeviceRequiredError,
        ),
    )
    def approve(self, command):
        """Let a second person consent with his PIN to what one person may not do alone.

        The token is good once, for five minutes, for this operation, subject and amount, on this
        till and for who is signed in on it. The same ``id`` gives the same token again.
        """
        return ApprovalView.of(*request.env["fynlo.approval"]._fynlo_approve(command))
