from odoo.http import Controller, request

from ..exceptions import ForbiddenError, NotReadyError
from ..http import metrics
from ..http.reply import RawReply
from ..http.route import ANYONE, api_route
from ..schemas.health import AliveView, ReadyView


class HealthController(Controller):
    @api_route("/health", methods=["GET"], roles=ANYONE, reply=AliveView, rate="none")
    def get_alive(self):
        """Tell that the process answers. Nothing is asked of the database."""
        return AliveView()

    @api_route(
        "/health/ready",
        methods=["GET"],
        roles=ANYONE,
        reply=ReadyView,
        errors=(NotReadyError,),
    )
    def get_ready(self):
        """Tell whether this server can do its work: 200, or 503 with the same document.

        The sentences of ``detail`` are told to the machine itself and to who has the metrics
        token; everybody else gets names and states.
        """
        with_details = metrics.is_trusted(request.httprequest)
        return request.env["fynlo.health"]._fynlo_report(with_details)

    @api_route(
        "/metrics",
        methods=["GET"],
        roles=ANYONE,
        reply=RawReply,
        rate="none",
        media_type="text/plain",
        errors=(ForbiddenError,),
    )
    def get_metrics(self):
        """Figures for Prometheus, for this machine or with the metrics token."""
        metrics.require_trusted(request.httprequest)
        gauges = request.env["fynlo.health"]._fynlo_gauges()
        return RawReply(metrics.render(gauges), metrics.CONTENT_TYPE)
