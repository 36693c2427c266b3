from odoo import api, fields, models
from odoo.fields import Domain

from ..principal import principal_of


class FynloAuthSession(models.Model):
    _inherit = "fynlo.auth.session"

    @api.model
    def _fynlo_page(self, query):
        """Return ``(sessions, total, uuid of this request's)`` of one's own, live and sudoed.

        :param query: a :class:`~..schemas.base.PageQuery`
        """
        domain = self._fynlo_own_domain() & Domain("revoked_at", "=", False)
        domain &= Domain("expires_at", ">", fields.Datetime.now())
        offset = (query.page - 1) * query.limit
        found_sudo = self.sudo().search(domain, offset=offset, limit=query.limit)
        return found_sudo, self.sudo().search_count(domain), principal_of(self.env).session

    @api.model
    def _fynlo_read_own(self):
        """Return ``(session, stores)`` of this request's token, both sudoed.

        Users, employees and stores have rows of a hundred columns: read is what ``Me`` shows.
        """
        principal = principal_of(self.env)
        shown = ["fynlo_uuid", "role", "user_id", "employee_id", "device_id"]
        session_sudo = self.sudo().search_fetch([("fynlo_uuid", "=", principal.session)], shown)
        session_sudo.user_id.fetch(["fynlo_uuid", "partner_id"])
        session_sudo.user_id.partner_id.fetch(["name", "email", "tz"])
        session_sudo.employee_id.fetch(["fynlo_uuid", "name"])
        stores_sudo = self.env["pos.config"].sudo().browse(principal.store_ids)
        stores_sudo.fetch(["fynlo_uuid", "name", "currency_id", "company_id"])
        stores_sudo.currency_id.fetch(["name"])
        session_sudo.device_id.fetch(["fynlo_uuid"])
        return session_sudo, stores_sudo
