from functools import partial

from odoo import fields, models
from odoo.addons.fynlo_base.http.later import Later

from .fynlo_payment_event_kinds import kind_of


class FynloPaymentEvent(models.Model):
    """Events that are about no payment of a till: disputes, payouts, and what became of refunds.

    Like the others they are hints: the gateway is asked how the thing is now, so their order and
    number make no difference.
    """

    _inherit = "fynlo.payment.event"

    object_ref = fields.Char("About", readonly=True)

    def _fynlo_plan(self):
        """Follow what one event, sudoed, is about."""
        if self.type == "charge.refunded" and self.intent_ref and self._fynlo_find_payment():
            return self._fynlo_plan_refunds()
        if not self.object_ref:
            return super()._fynlo_plan()
        reader, model = kind_of(self.type)
        provider_sudo = self.provider_id
        call = partial(getattr(provider_sudo._fynlo_books(), reader), self.object_ref)

        def follow(outcome):
            if outcome.kind == "answered":
                self.env[model]._fynlo_follow(provider_sudo, outcome.values)
                self._fynlo_finish()
            else:
                self._fynlo_postpone(outcome.code, outcome.is_away)
            return outcome

        return Later(call=call, steps=(follow,))

    def _fynlo_plan_refunds(self):
        """Follow all refunds of the till's payment that one event, sudoed, is about."""
        provider_sudo = self.provider_id

        def follow(outcome):
            if outcome.kind != "answered":
                self._fynlo_postpone(outcome.code, outcome.is_away)
                return outcome
            for values in outcome.values["refunds"]:
                self.env["fynlo.payment.refund"]._fynlo_follow(provider_sudo, values)
            self._fynlo_finish()
            return outcome

        call = partial(provider_sudo._fynlo_books().list_refunds, self.intent_ref)
        return Later(call=call, steps=(follow,))
