from odoo.http import Controller, request

from ..exceptions import LockedOutError, PinInvalidError
from ..http.route import DEVICE, api_route
from ..schemas.pin import PinSignedIn, PinSignIn


class PinController(Controller):
    @api_route(
        "/auth/pin",
        methods=["POST"],
        body=PinSignIn,
        reply=PinSignedIn,
        roles=DEVICE,
        rate="auth",
        replayable=False,  # an answer that is kept would be a token in plain text
        errors=(PinInvalidError, LockedOutError),
    )
    def sign_in(self, command):
        """Sign an employee in on this till by PIN.

        Five wrong PINs lock him out of this till for five minutes, then twice as long each time.
        """
        return PinSignedIn.of(*request.env["hr.employee"]._fynlo_sign_in(command))
