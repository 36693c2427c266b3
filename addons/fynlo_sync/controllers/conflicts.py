from odoo.addons.fynlo_base.exceptions import ConflictError
from odoo.addons.fynlo_base.http.route import MANAGER, api_route
from odoo.http import Controller, request

from ..schemas.conflicts import ConflictPage, ConflictQuery, ConflictResolve, ConflictView


class ConflictsController(Controller):
    """What tills and others have changed at once."""

    @api_route(
        "/sync/conflicts",
        methods=["GET"],
        query=ConflictQuery,
        reply=ConflictPage,
        roles=MANAGER,
        store_scoped=True,
    )
    def list_conflicts(self, query):
        """List the conflicts of the store, newest first."""
        found, total = request.env["fynlo.sync.conflict"]._fynlo_search_page(query)
        return ConflictPage.of(found, total, query)

    @api_route(
        "/sync/conflicts/<uuid:conflict_id>/resolve",
        methods=["POST"],
        body=ConflictResolve,
        reply=ConflictView,
        roles=MANAGER,
        store_scoped=True,
        errors=(ConflictError,),
    )
    def resolve_conflict(self, conflict_id, command):
        """Decide a conflict: keep what the server has, or take what the till sent."""
        conflict = request.env["fynlo.sync.conflict"]._fynlo_find(conflict_id)
        conflict._fynlo_resolve_conflict(command.columns, command.keep)
        return ConflictView.of(conflict)
