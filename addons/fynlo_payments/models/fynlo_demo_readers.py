from odoo import api, models

from ..demo import readers


class FynloDemo(models.AbstractModel):
    _inherit = "fynlo.demo"

    @api.model
    def _fynlo_load(self):
        """Make the card readers of the demo restaurant, as if its till had asked for them."""
        store, *secrets = super()._fynlo_load()
        provider = self.env.ref("payment.payment_provider_stripe")
        store.fynlo_terminal_location = readers.LOCATION
        shared = {"config_id": store.id, "company_id": store.company_id.id}
        for label, device_type, serial, state in readers.READERS:
            vals = {"name": label, "device_type": device_type, "serial": serial, "state": state}
            vals |= {"provider_id": provider.id, "reader_ref": f"tmr_demo_{label.lower()}"}
            self._record("fynlo.terminal.reader", label, shared | vals)
        return store, *secrets
