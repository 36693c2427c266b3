from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.fields import Domain

from .payment_transaction import QUIET

#: A minute's work; the others come in the next one.
_MOST = 50
_LONGEST_PAUSE = timedelta(hours=1)


class FynloPaymentJanitor(models.AbstractModel):
    """Looks after payments that guests, banks or dashboards move: their event may be lost."""

    _inherit = "fynlo.payment.janitor"

    @api.model
    def _fynlo_cron_settle(self):
        """Settle what is open, and look after what others may have moved."""
        super()._fynlo_cron_settle()
        self._fynlo_look_around()

    def _fynlo_look_around(self):
        """Read every payment that may have been charged without a word; each by itself.

        One that stays as it is, is read ever more seldom, at least once an hour.
        """
        away = set()
        for payment_sudo in self._fynlo_find_quiet():
            if payment_sudo.provider_id.id in away:
                continue
            outcome = self._fynlo_guarded(partial(self._fynlo_look, payment_sudo))
            if outcome and outcome.is_away:
                away.add(payment_sudo.provider_id.id)

    def _fynlo_find_quiet(self):
        """Return the payments that are due for a look, sudoed.

        A card that was declined may be tried again by the guest while the order is open; after
        that the payment is cancelled.
        """
        states = Domain("fynlo_state", "in", ("requires_action", "processing", "authorized"))
        states |= Domain("fynlo_state", "=", "declined") & Domain(
            "fynlo_order_id.state", "=", "draft"
        )
        domain = states & Domain("provider_reference", "!=", False)
        domain &= Domain("fynlo_order_id", "!=", False)
        now = fields.Datetime.now()
        domain &= Domain("fynlo_look_at", "=", False) | Domain("fynlo_look_at", "<=", now)
        payments_sudo = self.env["payment.transaction"].sudo()
        return payments_sudo.search(domain, order="fynlo_look_at, id", limit=_MOST)

    def _fynlo_look(self, payment_sudo):
        """Read one payment, write down what it is and book it; return the outcome."""
        if payment_sudo._fynlo_is_busy():  # its operation tells
            return None
        looks = payment_sudo.fynlo_looks
        pause = min(QUIET * 2 ** min(looks, 10), _LONGEST_PAUSE)
        # Before the call: one that breaks does not keep the others for ever.
        next_look = {"fynlo_looks": looks + 1, "fynlo_look_at": fields.Datetime.now() + pause}
        self._fynlo_commit_after(partial(payment_sudo.write, next_look))
        gateway, seen = payment_sudo.provider_id._fynlo_gateway(), payment_sudo.fynlo_change_count

        def settle(outcome):
            if outcome.kind == "answered":
                payment_sudo._fynlo_settle(outcome, seen)
            return outcome

        def book(outcome):
            payment_sudo._fynlo_book()
            return outcome

        call = partial(gateway.read_intent, payment_sudo.provider_reference)
        return carry_out(self.env, Later(call=call, steps=(settle, book)))
