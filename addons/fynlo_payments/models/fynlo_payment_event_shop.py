from datetime import timedelta
from functools import partial

from odoo import fields, models
from odoo.addons.fynlo_base.http.later import Later
from odoo.tools import SQL

from ..clients.stripe_shop import StripeShop

#: How long the row of a refund may take that Odoo is asking for just now.
_PATIENCE = timedelta(minutes=10)
_NOBODYS = "of no payment here"


class FynloPaymentEvent(models.Model):
    """Events of the web shop's payments, which Odoo's own addon applies inside of the request."""

    _inherit = "fynlo.payment.event"

    def _fynlo_plan(self):
        is_of_books = self.object_ref and not self.type.startswith(("refund.", "charge.refund."))
        if is_of_books or self.provider_id.code != "stripe":
            return super()._fynlo_plan()
        ask = None if self._fynlo_find_payment() else self._fynlo_shop_question()
        if not ask:
            return super()._fynlo_plan()

        def apply(outcome):
            if not outcome.is_known:
                self._fynlo_postpone(outcome.code, outcome.is_away)
            elif outcome.kind != "answered":
                self._fynlo_finish(outcome.code)
            else:
                self._fynlo_apply_to_shop(outcome.values)
            return outcome

        return Later(call=ask, steps=(apply,))

    def _fynlo_shop_question(self):
        """Return the function that asks Stripe for what one event is about, or ``None``."""
        gateway = StripeShop(self.provider_id._fynlo_account())
        ref, event_id = self.intent_ref, self.event_id
        if self.type.startswith("setup_intent."):
            return lambda: gateway.read_setup(event_id)
        # What goes back tells by events of its own.
        has_refunds = not self.type.startswith("payment_intent.")
        return partial(gateway.read_payment, ref, has_refunds) if ref else None

    def _fynlo_apply_to_shop(self, values):
        """Bring the web shop's transaction to where the gateway says it is.

        :param values: answer of ``StripeShop.read_payment`` or ``read_setup``
        """
        told = values.get("intent") or values["setup"]
        payment_sudo = self._fynlo_find_shop_payment(told)
        if not payment_sudo:
            self._fynlo_finish(_NOBODYS)
            return
        payment_sudo._fynlo_follow_stripe(told)
        may_wait = self.created_at > fields.Datetime.now() - _PATIENCE
        found = [
            payment_sudo._fynlo_follow_refund(refund, may_wait)
            for refund in values.get("refunds", ())
        ]
        if all(found):
            self._fynlo_finish()
        else:
            self._fynlo_postpone("waits for its refund")

    def _fynlo_find_shop_payment(self, told):
        """Return the transaction that an object of Stripe names, sudoed and locked, or none."""
        query = """SELECT id FROM payment_transaction
                   WHERE reference = %s AND provider_id = %s AND fynlo_uuid IS NULL
                   FOR NO KEY UPDATE"""
        named = SQL(query, told.get("description") or "", self.provider_id.id)
        found = [id_ for (id_,) in self.env.execute_query(named)]
        return self.env["payment.transaction"].sudo().browse(found)
