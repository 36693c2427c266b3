from odoo.http import Controller, request

from ..exceptions import LockedOutError, PairingCodeInvalidError
from ..http.route import ANYONE, MANAGER, api_route
from ..schemas.devices import (
    DevicePage,
    DevicePair,
    DevicePaired,
    DeviceQuery,
    PairingCodeCreate,
    PairingCodeView,
)


class DeviceController(Controller):
    @api_route(
        "/devices/pairing-codes",
        methods=["POST"],
        body=PairingCodeCreate,
        reply=PairingCodeView,
        roles=MANAGER,
        status=201,
        replayable=False,  # an answer that is kept would be the code in plain text
    )
    def offer_pairing(self, command):
        """Make a pairing code for a store.

        It is told once, is good for one till, and for ten minutes.
        """
        store = request.env["pos.config"]._fynlo_resolve(command.store_id, "storeId")
        return PairingCodeView.of(*request.env["fynlo.pairing.code"]._fynlo_issue(store))

    @api_route(
        "/devices/pair",
        methods=["POST"],
        body=DevicePair,
        reply=DevicePaired,
        roles=ANYONE,
        status=201,
        rate="auth",
        errors=(PairingCodeInvalidError, LockedOutError),
    )
    def pair(self, command):
        """Pair a till with the store of a code; no token is needed."""
        address = request.httprequest.remote_addr
        return DevicePaired.of(*request.env["fynlo.device"]._fynlo_pair(command, address))

    @api_route("/devices", methods=["GET"], query=DeviceQuery, reply=DevicePage, roles=MANAGER)
    def list_devices(self, query):
        """List the tills of your stores, revoked ones too."""
        return DevicePage.of(*request.env["fynlo.device"]._fynlo_page(query), query)

    @api_route("/devices/<uuid:device_id>", methods=["DELETE"], roles=MANAGER)
    def revoke(self, device_id):
        """Revoke a till: it and everyone signed in on it is refused at once.

        Revoking a revoked till changes nothing.
        """
        request.env["fynlo.device"]._fynlo_by_uuid(device_id)._fynlo_revoke()
