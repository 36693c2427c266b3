from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.fields import Domain

from ..clients.stripe_shop import StripeShop

#: How long a request is left to who has made it.
_LEASE = timedelta(seconds=20)
#: Stripe keeps keys for a day: afterwards nothing is asked a second time.
_KEY_LIVES = timedelta(hours=23)
_MOST = 50
_ON = Domain("provider_id.state", "in", ("enabled", "test"))


class FynloPaymentJanitor(models.AbstractModel):
    """Finds out how the web shop's refunds, captures and cancellations ended that got no answer."""

    _inherit = "fynlo.payment.janitor"

    @api.model
    def _fynlo_cron_settle(self):
        result = super()._fynlo_cron_settle()
        away, began = set(), fields.Datetime.now()
        self._fynlo_each(self._fynlo_find_unanswered(), self._fynlo_settle_shop, away)
        self._fynlo_each(self._fynlo_find_given_back(), self._fynlo_forget_card, away)
        self.env["payment.transaction"]._fynlo_post_soon(began)
        self.env.cr.commit()
        return result

    def _fynlo_each(self, records, function, away):
        """Do ``function`` to each record whose provider answers; ``away`` are those that do not."""
        for record in records:
            if record.provider_id in away:
                continue
            outcome = self._fynlo_guarded(partial(function, record))
            if outcome and outcome.is_away:
                away.add(record.provider_id)

    def _fynlo_find_given_back(self):
        """Return the cards that customers have taken back, sudoed."""
        domain = Domain("fynlo_forget_since", "!=", False) & Domain(
            "fynlo_forgotten_at", "=", False
        )
        tokens_sudo = self.env["payment.token"].sudo().with_context(active_test=False)
        return tokens_sudo.search(domain & _ON, order="id", limit=_MOST)

    def _fynlo_forget_card(self, token_sudo):
        gateway = StripeShop(token_sudo.provider_id._fynlo_account())

        def note(outcome):
            if outcome.is_known:  # a refusal says that it is attached to nobody
                token_sudo.fynlo_forgotten_at = fields.Datetime.now()
            return outcome

        call = partial(gateway.forget, token_sudo.stripe_payment_method)
        return carry_out(self.env, Later(call=call, steps=(note,)))

    def _fynlo_find_unanswered(self):
        before = fields.Datetime.now() - _LEASE
        asked = Domain("fynlo_request", "!=", False) & Domain("state", "=", "pending")
        silent = Domain("provider_code", "=", "stripe") & Domain("provider_reference", "=", False)
        old_enough = Domain("last_state_change", "<", before)
        # The job acts for nobody: what it does was asked for and written down by somebody else.
        children_sudo = self.env["payment.transaction"].sudo()
        return children_sudo.search(asked & silent & old_enough & _ON, order="id", limit=_MOST)

    def _fynlo_settle_shop(self, child_sudo):
        """Settle one request of the web shop; return the gateway's outcome."""
        gateway = StripeShop(child_sudo.provider_id._fynlo_account())
        may_ask = child_sudo.create_date > fields.Datetime.now() - _KEY_LIVES
        call = partial(gateway.settle, child_sudo._fynlo_shop_request(), may_ask)
        follow = partial(self._fynlo_follow_request, child_sudo)
        return carry_out(self.env, Later(call=call, steps=(follow,)))

    def _fynlo_follow_request(self, child_sudo, outcome):
        """Write down how one request ended."""
        if outcome.kind != "answered":
            return outcome
        source_sudo, values = child_sudo.source_transaction_id, outcome.values
        source_sudo._fynlo_lock_shop()
        for refund in values["refunds"]:
            source_sudo._fynlo_follow_refund(refund, may_wait=False)
        ended = {"capture": "succeeded", "void": "canceled"}.get(child_sudo.fynlo_request)
        if values["intent"]["status"] == ended:
            child_sudo._fynlo_follow_stripe(values["intent"])
        elif values.get("refusal"):
            child_sudo._set_error(values["refusal"])
        return outcome
