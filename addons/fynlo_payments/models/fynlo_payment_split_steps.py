from datetime import timedelta
from functools import partial
from uuid import UUID, uuid5

from odoo import api, fields, models
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.server_mark import SERVER_MARK
from odoo.addons.fynlo_pos_api.engine.money import from_minor, to_minor
from odoo.addons.fynlo_pos_api.engine.tenders import Settlement, Tender, method_entry
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.saga import next_step, next_undo
from ..schemas.payments import IntentCancel, IntentCapture, IntentCreate
from .fynlo_checkout import HELD
from .fynlo_payment_operation import LEASE_S
from .payment_transaction import OPEN_SPLITS

_REASONS = {"declined": "card_declined", "failed": "gateway_refused", "canceled": "canceled"}

_CLAIM = """
    UPDATE fynlo_payment_split SET next_try_at = %(now)s + make_interval(secs => %(lease)s)
    WHERE id = (
        SELECT id FROM fynlo_payment_split
        WHERE state IN ('running', 'compensating') AND next_try_at <= %(now)s
        ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


class FynloPaymentSplit(models.Model):
    """How a split payment goes on, whoever finds it, and from wherever it was left."""

    _inherit = "fynlo.payment.split"

    def _fynlo_drive(self, tell, is_asked_again=False, looked=()):
        """Take one split, sudoed, as far as it goes without another machine.

        :param tell: makes the reply of it
        :param is_asked_again: also ask again for an operation that nobody knows the end of
        :param looked: ids of the payments that were read already
        :return: a ``Later`` that ends with the reply
        """
        is_left = not (is_asked_again and self._fynlo_is_driven())
        kind, subject = self._fynlo_advance(looked) if is_left else ("end", None)
        if kind == "wait" and is_asked_again:
            operation = subject.fynlo_operation_ids.filtered(lambda each: each._fynlo_is_open())
            operation = operation[:1]._fynlo_repeat()
            kind, subject = ("ask", operation) if operation else ("end", None)
            if operation and not operation._fynlo_is_to_ask():
                kind = "end"
        if kind == "ask":
            payment, go_on = subject.transaction_id, partial(self._fynlo_drive, tell, False, looked)
            steps = (subject._fynlo_record, lambda _: payment._fynlo_book(), lambda _: go_on())
            return Later(call=subject._fynlo_make_call(), steps=steps)
        if kind == "look":
            go_on = partial(self._fynlo_drive, tell, False, (*looked, subject.id))
            return self._fynlo_look(subject, go_on)
        # By itself: an error that is told must not take back what was written.
        return Later(call=lambda: None, steps=(lambda _: tell(self),))

    def _fynlo_is_driven(self):
        """Tell whether another process is at it: two that go on would be in each other's way."""
        now, operations = fields.Datetime.now(), self.tender_ids.transaction_id.fynlo_operation_ids
        return any(each.state == "prepared" and each.next_try_at > now for each in operations)

    def _fynlo_look(self, payment, go_on):
        """Return the ``Later`` that reads a payment and goes on."""
        gateway, seen = payment.provider_id._fynlo_gateway(), payment.fynlo_change_count

        def settle(outcome):
            if outcome.kind == "answered":
                payment._fynlo_settle(outcome, seen)

        call = partial(gateway.read_intent, payment.provider_reference)
        return Later(call=call, steps=(settle, lambda _: payment._fynlo_book(), lambda _: go_on()))

    def _fynlo_advance(self, looked):
        """Do what comes next until somebody else has to answer.

        :return: ``("ask", operation)``, ``("look", payment)``, ``("wait", payment)`` of which an
            operation is open, or ``("end", None)``
        """
        self._fynlo_lock()
        while self.state in OPEN_SPLITS:
            step, card = self._fynlo_next()
            payment = card.transaction_id
            if step == "wait":
                return ("wait", payment) if payment._fynlo_is_busy() else ("end", None)
            if step == "look":
                return ("end", None) if payment.id in looked else ("look", payment)
            if step in ("authorize", "capture", "cancel"):
                operation = getattr(self, f"_fynlo_{step}")(card)
                if operation:
                    self._fynlo_put_off()
                    return "ask", operation
            else:
                getattr(self, f"_fynlo_{step}")(card)
        return "end", None

    def _fynlo_next(self):
        """Return ``(step, card)`` of one split; ``card`` is empty if it is of no single one."""
        cards = self.tender_ids.filtered(lambda tender: tender.kind == "card")
        kind = "capture" if self.state == "running" else "cancel"
        legs = [card._fynlo_leg(kind) for card in cards]
        if self.state == "running":
            is_late = fields.Datetime.now() > self.expires_at
            step, index = next_step(legs, bool(self.booked_at), is_late)
        else:
            step, index = next_undo(legs)
        return step, cards.browse() if index is None else cards[index]

    def _fynlo_lock(self):
        self.order_id._fynlo_touch_money()
        query = "SELECT id FROM fynlo_payment_split WHERE id = %s FOR UPDATE"
        self.env.execute_query(SQL(query, self.id))

    def _fynlo_put_off(self, seconds=LEASE_S):
        """Leave one split to who works on it for so long."""
        self.next_try_at = fields.Datetime.now() + timedelta(seconds=seconds)

    def _fynlo_acting(self):
        """Return the environment of who has begun one split."""
        desk = self.env["fynlo.payment.desk"]
        return desk._fynlo_env_of(self.config_id, self.employee_id, self.device_id)

    # --- Cards: each returns the operation to ask for

    def _fynlo_authorize(self, card):
        desk = self._fynlo_acting()["fynlo.payment.desk"]
        command = IntentCreate.model_construct(
            id=UUID(card.fynlo_uuid),
            order_id=UUID(self.order_id.uuid),
            amount=card.amount_minor,
            tip=card.tip_minor,
            channel=card.channel,
            capture_method="manual",
            payment_method=card.gateway_method or None,
            share=UUID(card.share_id.fynlo_uuid) if card.share_id else None,
        )
        order = self.order_id.with_env(desk.env)
        payment_sudo = desk._fynlo_make_payment(order, card.method_id, command)
        card.transaction_id = payment_sudo
        payment_sudo.fynlo_tender_id = card
        if not payment_sudo._fynlo_can_take(card.amount_minor):
            payment_sudo._fynlo_follow("canceled", {})
            return self._fynlo_fail(card, "order_changed")
        params = desk._fynlo_intent(payment_sudo, command)
        return desk._fynlo_prepare(payment_sudo, "create", command, params)

    def _fynlo_capture(self, card):
        return self._fynlo_prepare(card, "capture", IntentCapture)

    def _fynlo_cancel(self, card):
        return self._fynlo_prepare(card, "cancel", IntentCancel)

    def _fynlo_prepare(self, card, kind, schema):
        """Prepare an operation whose id its number gives: two who go on prepare it once."""
        desk, payment_sudo = self._fynlo_acting()["fynlo.payment.desk"], card.transaction_id
        number = len(payment_sudo.fynlo_operation_ids)
        command = schema.model_construct(id=uuid5(UUID(card.fynlo_uuid), f"{kind}:{number}"))
        params = desk._fynlo_params(payment_sudo, kind, command)
        return desk._fynlo_prepare(payment_sudo, kind, command, params)

    # --- In the background, and by hand

    @api.model
    def _fynlo_claim(self):
        """Return a split that is due, sudoed, for this process alone; or none."""
        query = SQL(_CLAIM, now=fields.Datetime.now(), lease=LEASE_S)
        rows = run_with_retry(self.env, partial(self.env.execute_query, query))
        self.env.cr.commit()
        self.env.invalidate_all()
        return self.sudo().browse([id_ for (id_,) in rows])

    def _fynlo_carry_on(self):
        """Take one split, sudoed, as far as it goes now."""
        later = run_with_retry(self.env, partial(self._fynlo_drive, lambda _split: None))
        self.env.cr.commit()
        carry_out(self.env, later)

    def action_fynlo_retry(self):
        """Let a manager have what is stuck tried again."""
        if not self.env.user.has_group("fynlo_base.group_fynlo_manager"):
            raise ForbiddenError()
        self.check_access("read")
        for split_sudo in self.sudo().filtered(lambda split: split.state == "parked"):
            split_sudo._fynlo_lock()
            now = fields.Datetime.now()
            split_sudo.write({"state": "running", "next_try_at": now, "retried_at": now})
            self.env["fynlo.audit"]._fynlo_log("transaction.retried", split_sudo, {})

    # --- Cash and accounts

    def _fynlo_internals(self):
        return self.tender_ids.filtered(lambda tender: tender.kind != "card")

    def _fynlo_book(self, _card):
        """Book cash and accounts, all of them; what the order refuses makes the split fail."""
        tenders, env = self._fynlo_internals(), self._fynlo_acting()
        try:
            with self.env.cr.savepoint():
                tenders.state = "booked"  # first: what is booked is held no more
                self.booked_at = fields.Datetime.now()
                self._fynlo_add_tip(env, tenders._fynlo_tip_total())
                tenders._fynlo_take()  # again, if they were let go in between
                desk = env["fynlo.order.payment"].with_context(**{HELD: SERVER_MARK})
                for tender in tenders:
                    desk._fynlo_pay_order(self.order_id.uuid, tender._fynlo_payment_body())
        except UserError as error:
            self._fynlo_fail(self.env["fynlo.payment.tender"], getattr(error, "code", "refused"))

    def _fynlo_release(self, _card):
        """Let go of cash and accounts, the last first; what was booked is given back."""
        env, given = self._fynlo_acting(), self._fynlo_internals()
        booked = given.filtered(lambda tender: tender.state == "booked")
        (given - booked)._fynlo_put_back()
        (given - booked).state = "released"
        if booked:
            self._fynlo_give_back(env, booked)
        taken = "succeeded" in self.tender_ids.transaction_id.mapped("fynlo_state")
        self._fynlo_end("parked" if taken else "canceled")

    def _fynlo_give_back(self, env, tenders):
        order = self.order_id.with_env(env)
        for tender in reversed(tenders):
            amount = -from_minor(tender.amount_minor + tender.tip_minor, self.currency_id)
            uuid = str(uuid5(UUID(tender.fynlo_uuid), "given back"))
            back = Tender(uuid, method_entry(tender.method_id), amount, amount, None)
            settlement = Settlement((back,), 0.0, 0.0, is_covered=False)
            order._fynlo_join_session()
            desk = env["fynlo.order.payment"]
            desk._fynlo_book(order, settlement, "give back", self.code)
            tender.state = "returned" if tender.kind == "cash" else "released"
            tender.is_taken = False
        self._fynlo_add_tip(env, -tenders._fynlo_tip_total())

    def _fynlo_add_tip(self, env, minor):
        if minor:
            env["fynlo.order.tip"]._fynlo_add_to_open(self.order_id.with_env(env), minor)

    # --- Ends

    def _fynlo_fail(self, card, code=None):
        """Begin to let go of everything, because of one card or of the order."""
        if not code:
            code = _REASONS.get(card.transaction_id.fynlo_state, "expired")
            if card._fynlo_leg("capture").refusals:
                code = "gateway_refused"
        self.write({"state": "compensating", "code": code, "failed_tender_id": card.id})
        self.env["fynlo.audit"]._fynlo_log("transaction.failed", self, {"code": code})

    def _fynlo_park(self, card):
        """Leave the rest to a person: money was taken, or cannot be let go."""
        self.failed_tender_id = card
        self.code = self.code or _REASONS.get(card.transaction_id.fynlo_state, "gateway_refused")
        self._fynlo_end("parked")

    def _fynlo_finish(self, _card):
        self._fynlo_end("succeeded")

    def _fynlo_end(self, state):
        self.state = state
        amount = to_minor(self.amount, self.currency_id)
        facts = {"state": state, "code": self.code or None, "amount_minor": amount}
        self.env["fynlo.audit"]._fynlo_log("transaction.ended", self, facts)
