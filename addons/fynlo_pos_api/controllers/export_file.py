from odoo.http import Controller, request, route


class ExportFileController(Controller):
    """The files of exports, for users of the web client."""

    @route(
        "/fynlo/exports/<model('fynlo.export.wizard'):wizard>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def download(self, wizard):
        """Send the file that an export asks for."""
        reply = wizard._fynlo_make_file()
        headers = {"Content-Type": reply.media_type, "Cache-Control": "no-store", **reply.headers}
        return request.make_response(reply.body, list(headers.items()))
