from odoo import models

from .fynlo_kitchen import SUBCHANNEL

#: What a kitchen screen asks for: this and the store's public id.
_ASKED = f"{SUBCHANNEL}:"


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        return super()._build_bus_channel_list(self._fynlo_kitchen_channels(channels))

    def _fynlo_kitchen_channels(self, channels):
        """Let screens of a kitchen listen to a store that their user serves, and to no other.

        Messages go to the store's record; a text that a client makes up reaches nobody.
        """
        asked = {name for name in channels if isinstance(name, str) and name.startswith(_ASKED)}
        stores_sudo = self.env["fynlo.kitchen"]._fynlo_stores_of_user() if asked else ()
        kept = [name for name in channels if name not in asked]
        kept += [(store, SUBCHANNEL) for store in stores_sudo if _ASKED + store.fynlo_uuid in asked]
        return kept
