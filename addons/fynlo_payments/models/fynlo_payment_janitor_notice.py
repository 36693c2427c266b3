from functools import partial

from odoo import api, models


class FynloPaymentJanitor(models.AbstractModel):
    _inherit = "fynlo.payment.janitor"

    @api.model
    def _fynlo_cron_settle(self):
        """Tell managers, too, of what the janitor could not settle."""
        super()._fynlo_cron_settle()
        self._fynlo_tell_managers()

    def _fynlo_tell_managers(self):
        payments = self.env["payment.transaction"]
        for kind in ("unbooked", "expiring"):
            for payment_sudo in payments._fynlo_find_alarming(kind):
                tell = partial(payment_sudo._fynlo_raise_alarm, kind)
                self._fynlo_guarded(partial(self._fynlo_commit_after, tell))
