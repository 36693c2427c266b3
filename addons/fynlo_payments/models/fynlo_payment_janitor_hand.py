from functools import partial

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.fields import Domain

_MOST = 50


class FynloPaymentJanitor(models.AbstractModel):
    """Looks after what managers have called undone: they may have looked too early."""

    _inherit = "fynlo.payment.janitor"

    @api.model
    def _fynlo_cron_settle(self):
        """Look for what managers have settled, too; what is found is settled with the rest."""
        away = set()
        for operation_sudo in self._fynlo_find_doubted():
            provider_sudo = operation_sudo.transaction_id.provider_id
            if provider_sudo not in away:
                outcome = self._fynlo_guarded(partial(self._fynlo_look_once_more, operation_sudo))
                if outcome and outcome.is_away:
                    away.add(provider_sudo)
        super()._fynlo_cron_settle()

    def _fynlo_find_doubted(self):
        now = fields.Datetime.now()
        domain = Domain("doubted_until", ">", now) & Domain("next_try_at", "<=", now)
        domain &= Domain("state", "=", "failed")
        operations_sudo = self.env["fynlo.payment.operation"].sudo()
        return operations_sudo.search(domain, order="next_try_at, id", limit=_MOST)

    def _fynlo_look_once_more(self, operation_sudo):
        """Look whether one operation was done; return the outcome."""
        # Before the call: one that breaks does not keep the others for ever.
        self._fynlo_commit_after(operation_sudo._fynlo_put_off_doubt)
        gateway = operation_sudo.transaction_id.provider_id._fynlo_gateway()

        def find(outcome):
            operation_sudo._fynlo_find_after_all(outcome)
            return outcome

        def book(outcome):
            operation_sudo.transaction_id._fynlo_book()
            return outcome

        return carry_out(self.env, Later(operation_sudo._fynlo_look(gateway), (find, book)))
