from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.http import Controller, request

from .. import exceptions as exc
from ..schemas.pull import PullQuery, PullView


class SyncController(Controller):
    """A till's own copy of what it needs."""

    @api_route(
        "/sync/pull",
        methods=["GET"],
        query=PullQuery,
        reply=PullView,
        roles=CASHIER,
        store_scoped=True,
        errors=(exc.PullOutdatedError,),
    )
    def pull(self, query):
        """Read a page of what has changed since the last pull, or of everything.

        Every row comes exactly once if the till sends the last ``snapshot`` with its
        ``lastPulledAt``. Without it a row may come twice, and none is lost.
        """
        return request.env["fynlo.pull"]._fynlo_pull(query)
