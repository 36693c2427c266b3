from dataclasses import replace
from datetime import timedelta

from odoo import fields, models

from ..engine.outcome import Outcome, conclude, doubt

#: Gateways keep keys for a day: what is older is looked at and not asked again.
_KEY_LIVES = timedelta(hours=23)
#: What charges a guest is asked again only while he is there.
_GUEST_WAITS = timedelta(minutes=5)
#: What was asked for before that is found by a search, if it is there.
_FOUND_AFTER = timedelta(hours=1)
#: Who repeats writes it down not more often than that: many repetitions at once do not collide.
_ASKED_ANEW = timedelta(minutes=1)
#: Context of an operation that was asked before, nobody knows how successfully.
_REPEAT = "fynlo_payment_repeat"


class FynloPaymentOperation(models.Model):
    """How a gateway is asked for an operation: the first time, again, or only how it has ended."""

    _inherit = "fynlo.payment.operation"

    def _fynlo_repeat(self):
        """Return the same operation, for who asks for it again."""
        return self.with_context(**{_REPEAT: True})

    def _fynlo_is_to_ask(self):
        """Tell whether the gateway is asked for one operation, sudoed, now."""
        if not self._fynlo_is_open():
            return False
        return not self.env.context.get(_REPEAT) or self._fynlo_may_ask()

    def _fynlo_may_ask(self):
        """Tell whether one operation, sudoed, may be asked again.

        Only at the account that knows its key, while it knows it and the guest waits, and while
        the order can take what it may charge.
        """
        lives = _GUEST_WAITS if self.kind in ("create", "confirm") else _KEY_LIVES
        began = self.turn_at or self.create_date
        if began < fields.Datetime.now() - lives or not self._fynlo_is_same_account():
            return False
        if self.kind == "cancel":
            return True
        tip = (self.params or {}).get("tip", self.transaction_id.fynlo_tip_minor)
        return self.transaction_id._fynlo_can_take(self.amount_minor - tip)

    def _fynlo_is_same_account(self):
        """Tell whether the provider of one operation, sudoed, still has the account it asked."""
        return self.account_mark == self.transaction_id.provider_id._fynlo_account_mark()

    def _fynlo_note_asking(self):
        """Write down that a gateway is asked now for one operation, sudoed, once more."""
        now = fields.Datetime.now()
        if self.asked_at < now - _ASKED_ANEW:
            self.asked_at = now

    def _fynlo_ask(self, gateway):
        """Return the function that asks for one operation; it touches no record.

        :param gateway: the provider's client; other kinds extend this
        """
        params, key = self.params or {}, self.idempotency_key
        if self.kind == "create":
            return lambda: gateway.create_intent(params, key)
        call = {
            "confirm": gateway.confirm_intent,
            "capture": gateway.capture_intent,
            "cancel": gateway.cancel_intent,
        }[self.kind]
        ref = self.transaction_id.provider_reference
        return lambda: call(ref, params, key)

    def _fynlo_make_call(self):
        """Return the function that asks a gateway for one operation; it touches no record."""
        gateway = self.transaction_id.provider_id._fynlo_gateway()
        ask = self._fynlo_ask(gateway)
        if not self.env.context.get(_REPEAT):
            return ask
        self._fynlo_note_asking()
        return lambda: _look_after(doubt(ask()), gateway)

    def _fynlo_make_question(self):
        """Return the function by which the janitor, who alone works on it, learns how it ended.

        It asks again, with the same key, while that may be; what is refused then, and what may not
        be asked again, is looked at.
        """
        gateway = self.transaction_id.provider_id._fynlo_gateway()
        look = self._fynlo_look(gateway)
        if not self._fynlo_may_ask():
            return look
        ask = self._fynlo_ask(gateway)
        self._fynlo_note_asking()

        def ask_or_look():
            outcome = ask()
            # A gateway keeps its own breakdown as the answer to a key; a look tells how it is.
            is_to_look = outcome.kind == "failed" or outcome.code == "gateway_trouble"
            return look() if is_to_look else _look_after(outcome, gateway)

        return ask_or_look

    def _fynlo_is_findable(self, gateway):
        """Tell whether one operation, sudoed, would be found now if it had been done.

        Not in the first hour, in no other account, and not once a gateway's lists end before it.
        """
        now = fields.Datetime.now()
        is_listed = not gateway.reach or self.create_date > now - gateway.reach
        return is_listed and self.asked_at < now - _FOUND_AFTER and self._fynlo_is_same_account()

    def _fynlo_look(self, gateway):
        """Return the function that tells how one operation has ended, and charges nobody."""
        payment_sudo, kind = self.transaction_id, self.kind
        ref, uuid = payment_sudo.provider_reference, payment_sudo.fynlo_uuid
        is_trusted = self._fynlo_is_findable(gateway)

        def look():
            outcome = gateway.read_intent(ref) if ref else gateway.find_intent(uuid)
            if outcome.kind == "absent" and is_trusted:
                message = "The gateway has never heard of it."
                return Outcome("failed", code="never_arrived", message=message)
            return conclude(kind, outcome) if outcome.kind == "answered" else outcome

        return look


def _look_after(outcome, gateway):
    """Return what a repeated call has answered, with the payment as it is since.

    A gateway answers a known key as it did the first time, whatever became of the payment.
    """
    if not outcome.values.get("ref"):
        return outcome
    now = gateway.read_intent(outcome.values["ref"])
    if now.kind != "answered":
        return now
    return replace(outcome, now=now)
