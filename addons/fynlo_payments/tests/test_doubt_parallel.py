"""What must not be believed, must not be asked again, and must not be thrown away."""

import os
from unittest.mock import patch

from odoo.tests import tagged

from ..clients.stripe_gateway import StripeGateway
from ..engine.outcome import Outcome
from ..exceptions import CardDeclinedError
from ..schemas.payments import IntentCapture, IntentConfirm
from .parallel_payments import CREATE, ParallelPayments, make
from .peers.stripe_server import StripePeer

#: Asked for it so long ago, and asked last so long ago.
AGE = """UPDATE fynlo_payment_operation SET create_date = create_date - %s * interval '1 min',
             asked_at = asked_at - %s * interval '1 min'
         WHERE transaction_id = (SELECT id FROM payment_transaction WHERE fynlo_uuid = %s)"""


@tagged("post_install", "-at_install")
class TestDoubt(ParallelPayments):
    def start(self, **extra):
        """Return the command of a payment and how its operation has ended."""
        command = self.intent(self.open_order(), **extra)
        return command, self.act(lambda env: self.begin(env, command)).state

    def lose(self, kind="drop_after", path=CREATE, **extra):
        self.peer.fail(path, kind, times=3)
        command, state = self.start(**extra)
        self.assertEqual(state, "unknown")
        self.peer.faults.clear()
        return command

    def age(self, command, minutes, asked_minutes=None):
        asked = minutes if asked_minutes is None else asked_minutes
        self.run_sql(AGE, minutes, asked, str(command.id))

    def name_account(self, key):
        """Let the provider have another account's key."""
        query = "UPDATE payment_provider SET stripe_secret_key = %s WHERE id = %s"
        self.run_sql(query, key, self.provider_id)

    # --- Answers of something else

    def test_an_answer_that_tells_of_something_else_is_not_believed(self):
        other, _ = self.start()
        query = "SELECT provider_reference FROM payment_transaction WHERE fynlo_uuid = %s"
        [(ref,)] = self.run_sql(query, str(other.id))
        create = StripeGateway.create_intent
        for strange in (
            {"currency": "jpy"}, {"received": 27500}, {"ref": ref},
            {"metadata": {"fynlo_payment": str(other.id)}},
        ):  # fmt: skip

            def create_other(gateway, params, key, strange=strange):
                outcome = create(gateway, params, key)
                return Outcome("answered", {**outcome.values, **strange})

            before = self.booked()
            with self.subTest(strange), patch.object(StripeGateway, "create_intent", create_other):
                command, state = self.start()
                self.assertEqual((state, self.booked()), ("unknown", before))
                [(code,)] = self.run_sql(
                    "SELECT code FROM fynlo_payment_operation WHERE fynlo_uuid = %s",
                    str(command.id),
                )
                self.assertEqual(code, "other_payment")
            self.settle()
            self.assertEqual(self.payment(command), ("succeeded", 275, True, None))

    def test_a_read_of_another_intent_is_not_believed(self):
        command, _ = self.start(captureMethod="manual")
        stray = self.peer.objects.create_intent({
            "amount": 275, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true",
        })  # fmt: skip
        self.take_in(*self.peer.events.take("payment_intent.amount_capturable_updated"))
        read = StripeGateway.read_intent
        with patch.object(StripeGateway, "read_intent", lambda gate, _: read(gate, stray["id"])):
            self.assertEqual(self.apply(), 1)
        self.assertEqual((self.payment(command)[0], self.apply()), ("authorized", 0))

    # --- Answers that come late

    def test_a_charge_that_is_told_after_the_janitor_looked_counts(self):
        command = self.intent(self.open_order(), paymentMethod="pm_card_chargeDeclined")
        self.assertRaises(CardDeclinedError, self.act, lambda env: self.begin(env, command))
        confirm, set_session = StripeGateway.confirm_intent, "UPDATE pos_session SET state = %s"

        def confirm_slowly(*args):
            self.run_sql(f"{set_session} WHERE id = %s", "closing_control", self.session_id)
            self.settle()
            self.run_sql(f"{set_session} WHERE id = %s", "opened", self.session_id)
            return confirm(*args)

        body = make(IntentConfirm, paymentMethod="pm_card_visa")
        with patch.object(StripeGateway, "confirm_intent", confirm_slowly):
            told = self.act(lambda env: self.go_on(env, command.id, "confirm", body))
        self.assertEqual((told.state, told.booked), ("succeeded", True))
        self.assertEqual((self.balance(), self.booked()), (275, 275))

    # --- Another account

    def test_another_account_is_charged_nothing_and_tells_nothing(self):
        command, capture = self.lose(), make(IntentCapture)
        held, _ = self.start(captureMethod="manual")
        self.peer.fail("capture", "drop_before", times=3)
        self.act(lambda env: self.go_on(env, held.id, "capture", capture))
        self.peer.faults.clear()
        other = StripePeer("sk_test_other")
        self.addCleanup(other.close)
        self.name_account(other.key)
        with patch.dict(os.environ, {"FYNLO_STRIPE_API_BASE": other.url}):
            self.settle()
            for each in (command, held):
                self.age(each, 100)
            self.settle()
            self.assertEqual(self.payment(command)[0], "unknown")
        self.assertEqual({method for method, *_ in other.requests}, {"GET"})
        self.name_account(self.peer.key)
        self.settle()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
        self.assertEqual(self.payment(held), ("succeeded", 275, True, None))
        self.assertEqual((self.balance(), self.booked()), (550, 550))

    def test_a_provider_that_was_switched_off_charges_nobody(self):
        command = self.lose("drop_before")
        set_state = "UPDATE payment_provider SET state = %s WHERE id = %s"
        self.run_sql(set_state, "disabled", self.provider_id)
        self.settle()
        self.run_sql(set_state, "test", self.provider_id)
        self.assertEqual((self.payment(command)[0], self.balance()), ("unknown", 0))
        self.settle()
        self.assertEqual((self.payment(command)[0], self.balance()), ("succeeded", 275))

    # --- Guests who have left

    def test_a_guest_who_has_left_is_not_charged(self):
        command = self.lose("drop_before")
        declined = self.intent(self.open_order(), paymentMethod="pm_card_chargeDeclined")
        self.assertRaises(CardDeclinedError, self.act, lambda env: self.begin(env, declined))
        self.peer.fail("confirm", "drop_before", times=3)
        body = make(IntentConfirm, paymentMethod="pm_card_visa")
        told = self.act(lambda env: self.go_on(env, declined.id, "confirm", body))
        self.assertEqual(told.state, "unknown")  # and not what it was before
        self.peer.faults.clear()
        for each in (command, declined):
            self.age(each, 6)
        self.settle()
        self.assertEqual((self.payment(declined)[0], self.balance()), ("declined", 0))
        self.assertEqual(self.operations(command), [("create", "unknown")])
        repeated = self.act(lambda env: self.begin(env, command))
        self.assertEqual((repeated.state, self.balance()), ("unknown", 0))
        self.age(command, 60)
        self.settle()
        self.assertEqual((self.payment(command)[0], self.balance()), ("failed", 0))

    def test_what_a_search_does_not_find_yet_is_not_believed_to_be_absent(self):
        command = self.lose("drop_after")
        self.age(command, 100, asked_minutes=50)
        with patch.object(StripeGateway, "find_intent", lambda *_: Outcome("absent")):
            self.settle()
        self.assertEqual(self.payment(command)[0], "unknown")
        self.settle()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))

    def test_who_asks_again_writes_it_down(self):
        command = self.lose("drop_before")
        self.age(command, 3)
        self.peer.fail(CREATE, "drop_after", times=3)
        self.settle()
        query = """SELECT now() AT TIME ZONE 'UTC' - asked_at < interval '1 min'
                   FROM fynlo_payment_operation WHERE fynlo_uuid = %s"""
        self.assertEqual(self.run_sql(query, str(command.id)), [(True,)])
        self.peer.faults.clear()
        self.settle()
        self.assertEqual((self.balance(), self.booked()), (275, 275))

    # --- Gateways that keep a breakdown

    def test_a_breakdown_that_is_kept_with_its_key_is_looked_behind(self):
        self.peer.fail(CREATE, "500_after", times=3)
        command, state = self.start()
        self.assertEqual(state, "unknown")
        self.peer.faults.clear()
        body = {"error": {"type": "api_error", "message": "Something broke."}}
        for key, (request, _answer) in list(self.peer._answers.items()):
            self.peer._answers[key] = (request, (500, body))
        self.settle()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))

    def test_an_event_hurries_what_is_unknown(self):
        command = self.lose()
        self.take_in(*self.peer.events.take("payment_intent.succeeded"))
        query = """UPDATE fynlo_payment_operation SET next_try_at = now() + interval '1 h'
                   WHERE fynlo_uuid = %s"""
        self.run_sql(query, str(command.id))
        self.assertEqual(self.apply(), 1)
        query = "SELECT next_try_at <= now() AT TIME ZONE 'UTC' FROM fynlo_payment_operation"
        self.assertEqual(self.run_sql(f"{query} WHERE fynlo_uuid = %s", str(command.id)), [(True,)])
        self.settle()
        self.assertEqual((self.payment(command)[0], self.apply()), ("succeeded", 0))

    def test_a_pause_is_not_longer_than_five_minutes_at_first(self):
        command = self.lose("drop_before")
        query = "UPDATE fynlo_payment_operation SET attempts = 9 WHERE fynlo_uuid = %s"
        self.run_sql(query, str(command.id))
        self.peer.fail(CREATE, "400")
        self.settle()
        query = """SELECT next_try_at - now() AT TIME ZONE 'UTC' <= interval '5 min'
                   FROM fynlo_payment_operation WHERE fynlo_uuid = %s"""
        self.assertEqual(self.run_sql(query, str(command.id)), [(True,)])
        self.settle()
