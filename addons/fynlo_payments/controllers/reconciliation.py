from odoo.addons.fynlo_base.http.route import MANAGER, SUPERVISOR, api_route
from odoo.http import Controller, request

from ..schemas.reconciliation import (
    PaymentsHealthView,
    ReconciliationQuery,
    ReconciliationView,
)


class ReconciliationController(Controller):
    """Whether the money is where the books say."""

    @api_route(
        "/payments/reconciliation",
        methods=["GET"],
        query=ReconciliationQuery,
        reply=ReconciliationView,
        roles=MANAGER,
    )
    def read_day(self, query):
        """Read how a day of each gateway adds up, and what is missing on which side.

        It is the whole company's money: only who serves all of its stores may see it.
        """
        days = request.env["fynlo.payment.reconciliation"]._fynlo_read_day(query.date)
        return ReconciliationView.of(query.date, days)

    @api_route(
        "/payments/health",
        methods=["GET"],
        reply=PaymentsHealthView,
        roles=SUPERVISOR,
        store_scoped=True,
    )
    def read_health(self):
        """Read whether card payments work at the store, and what waits. No gateway is asked."""
        return PaymentsHealthView.of(*request.env["fynlo.payment.health"]._fynlo_read_health())
