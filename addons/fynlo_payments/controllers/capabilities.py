from odoo.addons.fynlo_base.http.route import CASHIER, DEVICE, api_route
from odoo.http import Controller, request

from ..schemas.capabilities import CapabilitiesView, CapabilityView


class CapabilitiesController(Controller):
    """What a till may offer its guests."""

    @api_route(
        "/payments/capabilities",
        methods=["GET"],
        reply=CapabilitiesView,
        roles=CASHIER | DEVICE,
        store_scoped=True,
    )
    def read_capabilities(self):
        """Tell what the gateway of each payment method of the store can do."""
        found = request.env["fynlo.payment.desk"]._fynlo_list_capabilities()
        return CapabilitiesView(methods=[CapabilityView.of(*each) for each in found])
