from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.fields import Domain

_MOST = 100
#: Banks take days; what has not come back by then does not come back.
_LOOK_EVERY, _LOOK_FOR = timedelta(hours=1), timedelta(days=30)


class FynloPaymentJanitor(models.AbstractModel):
    """Books refunds that are left, and looks after those that are on their way to a bank."""

    _inherit = "fynlo.payment.janitor"

    @api.model
    def _fynlo_cron_settle(self):
        result = super()._fynlo_cron_settle()
        away = set()
        for operation_sudo in self._fynlo_find_on_their_way():
            provider = operation_sudo.transaction_id.provider_id
            if provider in away:
                continue
            look = partial(self._fynlo_look_at_refund, provider, operation_sudo)
            outcome = self._fynlo_guarded(look)
            if outcome and outcome.is_away:
                away.add(provider)
        return result

    def _fynlo_find_on_their_way(self):
        """Return the refunds, sudoed, that are due for a look: their events may be lost."""
        now = fields.Datetime.now()
        domain = Domain("kind", "=", "refund") & Domain("state", "=", "processing")
        domain &= Domain("refund_id.state", "!=", "returned")
        domain &= Domain("create_date", ">", now - _LOOK_FOR)
        domain &= Domain("transaction_id.provider_id.code", "in", ("stripe", "square"))
        domain &= Domain("next_try_at", "=", False) | Domain("next_try_at", "<=", now)
        operations_sudo = self.env["fynlo.payment.operation"].sudo()
        return operations_sudo.search(domain, order="next_try_at, id", limit=_MOST)

    def _fynlo_look_at_refund(self, provider, operation_sudo):
        """Read one refund, and follow where it is; return the outcome."""
        again = {"next_try_at": fields.Datetime.now() + _LOOK_EVERY}
        self._fynlo_commit_after(partial(operation_sudo.write, again))

        def follow(outcome):
            if outcome.kind == "answered":
                self.env["fynlo.payment.refund"]._fynlo_follow(provider, outcome.values)
            return outcome

        call = partial(provider._fynlo_gateway().read_refund, operation_sudo.gateway_ref)
        return carry_out(self.env, Later(call=call, steps=(follow,)))

    def _fynlo_book_left(self):
        """Book refunds, too, that a process has left between the gateway and the books."""
        super()._fynlo_book_left()
        domain = Domain("state", "=", "open")
        domain &= Domain("booking_at", "=", False) | Domain(
            "booking_at", "<=", fields.Datetime.now()
        )
        refunds_sudo = self.env["fynlo.payment.refund"].sudo().search(domain, limit=_MOST)
        for refund_sudo in refunds_sudo:
            self._fynlo_guarded(partial(self._fynlo_commit_after, refund_sudo._fynlo_book))
