from odoo import api, models
from odoo.http import request

from ..http.route import ROUTING_TYPE


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _authenticate(cls, endpoint):
        """Authenticate API routes by their token alone; a cookie never helps and is never set."""
        if endpoint.routing["type"] != ROUTING_TYPE:
            return super()._authenticate(endpoint)
        request.session.can_save = False
        spec = endpoint.routing["fynlo"]
        public_id = cls._get_public_users()[0]
        request.env = api.Environment(request.env.cr, public_id, {})
        request.env.transaction.default_env = request.env
        if not spec.roles:
            return None
        headers = request.httprequest.headers
        access = request.env["fynlo.auth.session"]._fynlo_authenticate(
            headers.get("Authorization", ""),
            headers.get("X-Store-Id") if spec.store_scoped else None,
            spec,
            request.dispatcher.request_id,
        )
        request.update_env(user=access.user_id, context=access.context)
        return None

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Skip what Odoo prepares for pages: upload limits, language negotiation, records."""
        if rule.endpoint.routing["type"] != ROUTING_TYPE:
            return super()._pre_dispatch(rule, args)
        return request.dispatcher.pre_dispatch(rule, args)
