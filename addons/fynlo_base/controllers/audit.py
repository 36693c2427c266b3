from odoo.http import Controller, request

from ..http.route import MANAGER, api_route
from ..schemas.audit import AuditPage, AuditQuery


class AuditController(Controller):
    @api_route("/audit", methods=["GET"], roles=MANAGER, query=AuditQuery, reply=AuditPage)
    def list_entries(self, query):
        """List who did what, newest first.

        Entries of your company, and of your stores where an entry belongs to one.
        """
        entries, total = request.env["fynlo.audit"]._fynlo_search(query)
        return AuditPage.from_page(query, entries, total)
