import json

from odoo import api, models, tools
from odoo.http import request
from werkzeug.exceptions import HTTPException

from ..engine.openapi import build_document
from ..http.dispatcher import FynloDispatcher
from ..http.errors import to_fynlo_error
from ..http.live_routes import live_routes
from ..http.route import API_PREFIX, API_VERSION, ROUTING_TYPE


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _match(cls, path_info):
        """Answer an unknown path or method below the API's prefix in JSON, like all else there.

        No dispatcher is chosen at that point: Odoo would render a page, or redirect to the
        translation of one.
        """
        if not f"{path_info}/".startswith(f"{API_PREFIX}/"):
            return super()._match(path_info)
        request.is_frontend = request.is_frontend_multilang = False
        try:
            return super()._match(path_info)
        except HTTPException as failure:
            request.dispatcher = FynloDispatcher(request)
            error = to_fynlo_error(failure)
            error.error_response = request.dispatcher.handle_error(error)
            raise error from None

    @classmethod
    def _authenticate(cls, endpoint):
        """Authenticate API routes by their token alone; a cookie never helps and is never set."""
        if endpoint.routing["type"] != ROUTING_TYPE:
            return super()._authenticate(endpoint)
        request.session.can_save = False
        spec = request.dispatcher.spec = endpoint.routing["fynlo"]
        public_id = cls._get_public_users()[0]
        request.env = api.Environment(request.env.cr, public_id, {})
        request.env.transaction.default_env = request.env
        if not spec.roles or request.httprequest.method == "OPTIONS":
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

    @classmethod
    def _post_dispatch(cls, response):
        """Skip what other modules do to pages, cookies of campaigns among it."""
        if request.dispatcher.routing_type != ROUTING_TYPE:
            return super()._post_dispatch(response)
        return request.dispatcher.post_dispatch(response)

    @api.model
    @tools.ormcache(cache="routing")
    def _fynlo_openapi(self):
        """Return the OpenAPI document of the routes that answer, as JSON bytes."""
        specs = [spec for _, spec in live_routes(self.env)]
        document = build_document(specs, server_url=API_PREFIX, version=API_VERSION)
        return json.dumps(document, separators=(",", ":")).encode()
