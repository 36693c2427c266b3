from odoo.http import Controller, request
from odoo.tools import file_open

from ..http.reply import RawReply, make_etag
from ..http.route import ANYONE, api_route

_PAGE = "fynlo_base/static/docs/index.html"
_PAGE_POLICY = "; ".join([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",  # the renderer styles its own elements
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
])  # fmt: skip


class OpenApiController(Controller):
    @api_route("/openapi.json", methods=["GET"], roles=ANYONE, reply=RawReply, cached=True)
    def get_document(self):
        """Describe every route of this server, as OpenAPI 3.1."""
        body = request.env["ir.http"]._fynlo_openapi()
        return RawReply(body, "application/json", etag=make_etag(body))

    @api_route("/docs", methods=["GET"], roles=ANYONE, reply=RawReply, media_type="text/html")
    def get_page(self):
        """Show the OpenAPI document to people."""
        with file_open(_PAGE, "rb") as page:
            headers = {"Content-Security-Policy": _PAGE_POLICY, "Referrer-Policy": "no-referrer"}
            return RawReply(page.read(), "text/html; charset=utf-8", headers)
