from odoo import api, models

from ..fynlo_gateway import schema


class FynloGateway(models.AbstractModel):
    """What the websocket gateway, a process of its own, reads and keeps in this database."""

    _name = "fynlo.gateway"
    _description = "Fynlo websocket gateway"

    def init(self):
        """Make its table, its functions and what its role may do, again at each update."""
        for name in ("fynlo.change", "fynlo.sync.epoch"):
            self.env[name].init()  # its role is granted to read them
        self.env.cr.execute(schema.CREATE)

    @api.model
    def _fynlo_drop(self):
        """Take them away when the module is removed."""
        self.env.cr.execute(schema.DROP)
