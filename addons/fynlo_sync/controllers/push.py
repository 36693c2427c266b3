from odoo.addons.fynlo_base.http.route import CASHIER, api_route
from odoo.addons.fynlo_pos_api.exceptions import DeviceRequiredError
from odoo.http import Controller, request

from ..schemas.push import PushBody, PushQuery, PushView
from ..schemas.status import SyncStatusView

_INFLATED_LIMIT_BYTES = 8 * 1024 * 1024


class PushController(Controller):
    """What a till has done while it was offline."""

    @api_route(
        "/sync/push",
        methods=["POST"],
        body=PushBody,
        query=PushQuery,
        reply=PushView,
        roles=CASHIER,
        store_scoped=True,
        replayable=False,
        is_batch=True,
        inflated_limit=_INFLATED_LIMIT_BYTES,
        errors=(DeviceRequiredError,),
    )
    def push(self, command, query):
        """Book what a till has written, each aggregate for itself.

        At most 500 records and 1 MB, 8 MB inflated. Send again what was not answered: the same
        records are booked once.
        """
        return request.env["fynlo.push"]._fynlo_push(query, command)

    @api_route(
        "/sync/status",
        methods=["GET"],
        reply=SyncStatusView,
        roles=CASHIER,
        store_scoped=True,
        errors=(DeviceRequiredError,),
    )
    def read_status(self):
        """Read what the server has of this till's work, and what it could not book."""
        return request.env["fynlo.sync.status"]._fynlo_status()
