"""Cancelling what nobody knows the beginning of: it is not asked again, and let go when found."""

import os
from unittest.mock import patch
from uuid import UUID

from odoo.addons.fynlo_base.exceptions import FynloError, IdempotencyConflictError
from odoo.tests import tagged

from ..clients.stripe_gateway import StripeGateway
from ..exceptions import PaymentBusyError, PaymentStateError
from ..schemas.payments import IntentCancel, IntentCapture, IntentConfirm
from .parallel_payments import ParallelPayments, make
from .peers.stripe_objects import StripeFault

ROUNDS, LONG_ROUNDS = 3, 100
AGE = """UPDATE fynlo_payment_operation SET create_date = create_date - %s * interval '1 h',
             asked_at = asked_at - %s * interval '1 h'
         WHERE transaction_id = (SELECT id FROM payment_transaction WHERE fynlo_uuid = %s)"""


@tagged("post_install", "-at_install")
class TestCanceling(ParallelPayments):
    def cancel(self, command, body=None):
        """Cancel a payment and return the state that the till is told."""
        body = body or make(IntentCancel)
        return self.act(lambda env: self.go_on(env, command.id, "cancel", body)).state

    def age(self, command, hours):
        self.run_sql(AGE, hours, hours, str(command.id))

    def charged(self):
        """Return ``(what the gateway has, what the books have, creations that were asked for)``."""
        return self.balance(), self.booked(), self.creations()

    def creations(self):
        """Return how often the peer was asked for a payment."""
        made = ("POST", "/v1/payment_intents")
        return len([1 for method, place, *_ in self.peer.requests if (method, place) == made])

    # --- What is found

    def test_what_is_found_held_is_let_go_at_once(self):
        command, body = self.lose(captureMethod="manual"), make(IntentCancel)
        before = self.charged()
        self.assertEqual(self.cancel(command, body), "canceling")
        self.assertEqual(self.cancel(command, body), "canceling")
        repeated = self.act(lambda env: self.begin(env, command))
        self.assertEqual((repeated.state, repeated.client_secret), ("canceling", None))
        self.assertEqual(self.operations(command), [("create", "unknown"), ("cancel", "waiting")])
        self.settle()
        self.assertEqual(
            self.operations(command), [("create", "authorized"), ("cancel", "canceled")]
        )
        self.assertEqual(self.payment(command), ("canceled", 0, False, None))
        self.assertEqual(self.cancel(command, body), "canceled")
        [intent] = self.peer.objects.list("payment_intent")
        self.assertEqual((intent["status"], self.charged()), ("canceled", before))

    def test_what_is_found_taken_stays_taken_and_is_booked(self):
        command, body = self.lose(), make(IntentCancel)
        asked = self.creations()
        self.assertEqual(self.cancel(command, body), "canceling")
        self.take_in(*self.peer.events.take("payment_intent.succeeded"))
        self.assertEqual(self.apply(), 1)  # what is open tells more than an event
        self.settle()
        self.assertEqual(self.apply(), 0)
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
        self.assertEqual(self.operations(command)[-1], ("cancel", "failed"))
        with self.assertRaises(PaymentStateError) as refused:
            self.cancel(command, body)
        self.assertEqual(refused.exception.details, {"state": "succeeded"})
        self.assertEqual(self.charged(), (275, 275, asked))
        self.assertEqual(self.asked("/refunds") + self.asked("/cancel"), 0)

    def test_what_never_arrived_is_not_asked_again_and_let_go_if_it_comes_late(self):
        command, body = self.lose("drop_before"), make(IntentCancel)
        asked = self.creations()
        self.assertEqual(self.cancel(command, body), "canceling")
        self.settle()  # a search knows nothing of now
        self.act(lambda env: self.begin(env, command))
        self.assertEqual(self.payment(command)[0], "unknown")
        self.age(command, 2)
        self.settle()
        self.assertEqual(self.operations(command), [("create", "failed"), ("cancel", "canceled")])
        self.assertEqual(self.cancel(command, body), "failed")
        self.assertEqual(self.charged(), (0, 0, asked))
        self.peer.objects.create_intent({
            "amount": 275, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true",
            "capture_method": "manual", "metadata": {"fynlo_payment": str(command.id)},
        })  # fmt: skip
        self.take_in(*self.peer.events.take("payment_intent.amount_capturable_updated"))
        self.assertEqual((self.apply(), self.payment(command)[0]), (0, "authorized"))
        self.settle()
        self.assertEqual(self.payment(command)[0], "canceled")
        self.settle()
        self.assertEqual(len(self.operations(command)), 3)

    def test_what_a_bank_works_on_is_cancelled_when_it_has_said_no(self):
        command = self.lose(paymentMethod="pm_bank")
        self.cancel(command)
        self.settle()
        self.assertEqual(self.payment(command)[0], "processing")
        shown = self.act(lambda env: env["payment.transaction"]._fynlo_read_payment(command.id)
                         ._fynlo_shown_state())  # fmt: skip
        self.assertEqual(shown, "canceling")
        with self.assertRaises(PaymentBusyError):
            self.cancel(command)
        [intent] = self.peer.objects.list("payment_intent")
        with self.assertRaises(StripeFault):  # what the bank's no is to who asks
            self.peer.objects.settle(intent["id"], success=False)
        self.take_in(*self.peer.events.take("payment_intent.payment_failed"))
        self.apply()
        self.settle()
        self.assertEqual((self.payment(command)[0], intent["status"]), ("canceled", "canceled"))

    def test_a_turn_that_comes_late_is_asked_for_all_the_same(self):
        command = self.lose(captureMethod="manual")
        self.cancel(command)
        self.age(command, 30)  # no key lives so long, but this one was never used
        self.settle()
        self.assertEqual(self.payment(command)[0], "canceled")

    # --- While somebody asks

    def begin_and(self, act, **extra):
        """Begin a payment; ``act`` is done when the gateway has answered and nobody knows yet."""
        command, create = self.intent(self.open_order(), **extra), StripeGateway.create_intent

        def create_slowly(*args):
            outcome = create(*args)
            act(command)
            return outcome

        with patch.object(StripeGateway, "create_intent", create_slowly):
            return command, self.act(lambda env: self.begin(env, command))

    def test_a_cancellation_during_the_call_has_its_turn_after_it(self):
        body, told = make(IntentCancel), []
        command, view = self.begin_and(
            lambda command: told.append(self.cancel(command, body)), captureMethod="manual"
        )
        self.assertEqual((told, view.state), (["canceling"], "canceling"))
        self.assertEqual(self.operations(command)[-1], ("cancel", "prepared"))
        self.assertEqual(self.cancel(command, body), "canceled")  # the till need not wait
        self.assertEqual(self.charged()[::2], (0, 1))

    def test_a_charge_that_was_under_way_wins(self):
        told = []
        command, view = self.begin_and(lambda command: told.append(self.cancel(command)))
        self.assertEqual((told, view.state, view.booked), (["canceling"], "succeeded", True))
        self.settle()
        self.assertEqual(self.charged(), (275, 275, 1))
        self.assertEqual(self.operations(command), [("create", "succeeded"), ("cancel", "failed")])

    def test_nothing_else_begins_meanwhile(self):
        command, body = self.lose(captureMethod="manual"), make(IntentCancel)
        self.cancel(command, body)
        for kind, schema in (("confirm", IntentConfirm), ("cancel", IntentCancel)):
            with self.subTest(kind), self.assertRaises(PaymentBusyError):
                self.act(lambda env, kind=kind, schema=schema: self.go_on(
                    env, command.id, kind, make(schema)))  # fmt: skip
        other = self.lose(captureMethod="manual")
        with self.assertRaises(IdempotencyConflictError):
            self.cancel(other, body)
        self.settle()

    def test_an_open_capture_is_not_given_up(self):
        command = self.intent(self.open_order(), captureMethod="manual")
        self.act(lambda env: self.begin(env, command))
        self.peer.fail("/capture", "drop_after", times=3)
        self.act(lambda env: self.go_on(env, command.id, "capture", make(IntentCapture)))
        self.peer.faults.clear()
        with self.assertRaises(PaymentBusyError):
            self.cancel(command)
        self.settle()
        self.assertEqual((self.balance(), self.booked()), (275, 275))

    def test_a_cancellation_and_a_card_at_once(self):
        taken = 0
        for number in range(LONG_ROUNDS if os.environ.get("FYNLO_LONG_TESTS") else ROUNDS):
            command = self.intent(self.open_order(), paymentMethod=None)
            self.act(lambda env, command=command: self.begin(env, command))
            bodies = {"confirm": make(IntentConfirm, paymentMethod="pm_card_visa")}
            bodies["cancel"] = make(IntentCancel, id=str(UUID(int=command.id.int ^ 1)))

            def go(env, index, command=command, bodies=bodies, number=number):
                kind = ("confirm", "cancel")[(index + number) % 2]
                try:
                    return self.go_on(env, command.id, kind, bodies[kind]).state
                except FynloError as error:
                    return error.code

            told = self.act_at_once(go, 4)
            self.assertFalse([each for each in told if isinstance(each, Exception)], told)
            self.settle()
            state, captured, is_booked, _ = self.payment(command)
            self.assertIn((state, captured, is_booked),
                          [("succeeded", 275, True), ("canceled", 0, False)])  # fmt: skip
            taken += captured
            self.assertEqual((self.balance(), self.booked()), (taken, taken), told)
            self.assertFalse({"waiting", "prepared", "unknown"}
                             & {state for _, state in self.operations(command)})  # fmt: skip
