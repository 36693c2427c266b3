from odoo.addons.fynlo_base.exceptions import StaleVersionError
from odoo.addons.fynlo_base.http.reply import BytesReply
from odoo.addons.fynlo_base.http.route import DEVICE_OR_STAFF, MANAGER, api_route
from odoo.http import Controller, request

from ..schemas.settings import SettingsView
from ..schemas.settings_edits import SettingsUpdate


class SettingsController(Controller):
    """What managers set and tills read."""

    @api_route(
        "/settings",
        methods=["GET"],
        reply=SettingsView,
        roles=DEVICE_OR_STAFF,
        store_scoped=True,
        cached=True,
    )
    def read_settings(self):
        """Read the settings of the store, as one document with an ETag."""
        return BytesReply(*request.env["fynlo.settings"]._fynlo_read())

    @api_route(
        "/settings",
        methods=["PUT"],
        body=SettingsUpdate,
        reply=SettingsView,
        roles=MANAGER,
        store_scoped=True,
        errors=(StaleVersionError,),
    )
    def update_settings(self, command):
        """Change settings: a part that is left out stays, a list that is told replaces.

        The business profile is that of all stores of the company; who serves only some of them
        cannot change it.
        """
        return request.env["fynlo.settings"]._fynlo_update(command)
