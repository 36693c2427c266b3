"""Operations that nobody knows the end of, and answers that come when more is known already."""

from unittest.mock import patch

from odoo import fields
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..clients.stripe_gateway import StripeGateway
from ..models.payment_transaction_booking import PaymentTransaction
from ..schemas.payments import IntentCapture
from .parallel_payments import CREATE, ParallelPayments, make


@tagged("post_install", "-at_install")
class TestJanitor(ParallelPayments):
    def authorize(self):
        """Return the command of a payment that is authorised."""
        command = self.intent(self.open_order(), captureMethod="manual")
        self.assertEqual(self.act(lambda env: self.begin(env, command)).state, "authorized")
        return command

    def age(self, command, hours):
        """Let a payment's operations be that old."""
        self.run_sql(
            """UPDATE fynlo_payment_operation SET create_date = create_date - %s * interval '1h',
                   asked_at = asked_at - %s * interval '1h'
               WHERE transaction_id = (SELECT id FROM payment_transaction WHERE fynlo_uuid = %s)""",
            hours, hours, str(command.id),
        )  # fmt: skip

    def set_order(self, command, state):
        self.run_sql(
            "UPDATE pos_order SET state = %s WHERE uuid = %s", state, str(command.order_id)
        )

    # --- What an operation's end may be taken from

    def test_an_event_does_not_settle_an_operation_that_is_open(self):
        command, capture = self.authorize(), make(IntentCapture)
        self.prepare(lambda desk: desk._fynlo_continue(command.id, "capture", capture))
        other = self.authorize()
        self.take_in(*self.peer.events.take("payment_intent.amount_capturable_updated"))
        self.assertEqual(self.apply(), 1)  # the other's is applied, this one waits
        self.assertEqual(self.operations(command)[-1], ("capture", "prepared"))
        self.settle()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
        self.assertEqual(self.apply(), 0)
        self.assertEqual(self.payment(command)[0], "succeeded")
        self.assertEqual(self.payment(other)[0], "authorized")

    def test_what_was_read_before_a_change_does_not_count(self):
        command, read = self.authorize(), StripeGateway.read_intent
        self.take_in(*self.peer.events.take("payment_intent.amount_capturable_updated"))

        def read_slowly(gateway, ref):
            outcome = read(gateway, ref)
            self.act(lambda env: self.go_on(env, command.id, "capture", make(IntentCapture)))
            return outcome

        with patch.object(StripeGateway, "read_intent", read_slowly):
            self.assertEqual(self.apply(), 1)
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
        self.assertEqual(self.apply(), 0)
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))

    def test_a_known_key_is_answered_as_it_was_and_the_payment_is_read(self):
        command = self.lose(captureMethod="manual")
        [intent] = self.peer.objects.list("payment_intent")
        self.peer.objects.capture_intent(intent["id"], {})  # by somebody in Stripe's dashboard
        self.settle()
        self.assertEqual(self.operations(command), [("create", "authorized")])
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
        self.assertEqual((self.balance(), self.booked()), (275, 275))

    def test_an_event_of_another_intent_says_nothing(self):
        command = self.authorize()
        stray = self.peer.objects.create_intent({
            "amount": 999, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true",
            "metadata": {"fynlo_payment": str(command.id)},
        })  # fmt: skip
        self.take_in(*self.peer.events.take("payment_intent.succeeded"))
        self.assertEqual(self.apply(), 0)
        self.assertEqual(self.payment(command)[0], "authorized")
        [(note,)] = self.run_sql(
            "SELECT note FROM fynlo_payment_event WHERE intent_ref = %s", stray["id"]
        )
        self.assertEqual(note, "of another intent")

    # --- Refusals of what was asked before

    def test_a_refusal_does_not_end_what_is_unknown(self):
        for status in ("401", "403", "400"):
            with self.subTest(status):
                before, command = self.balance(), self.lose()
                self.peer.fail("v1", status, times=20)
                self.settle()
                self.assertEqual(self.payment(command)[0], "unknown")
                repeated = self.act(lambda env, command=command: self.begin(env, command))
                self.assertEqual(repeated.state, "unknown")
                self.peer.faults.clear()
                self.settle()
                self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
                self.assertEqual(self.balance() - before, 275)

    def test_what_is_refused_again_is_looked_for(self):
        command = self.lose()
        self.peer.fail(CREATE, "400")
        self.settle()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
        never = self.lose("drop_before")
        self.peer.fail(CREATE, "400", times=2)
        self.settle()
        self.assertEqual(self.payment(never)[0], "unknown")  # a search knows nothing of now
        self.age(never, 2)
        self.settle()
        self.assertEqual(self.operations(never), [("create", "failed")])
        self.assertEqual(self.balance(), 275)

    # --- Money that nobody waits for any more

    def test_a_key_that_is_too_old_is_not_asked_again(self):
        lost, never = self.lose(), self.lose("drop_before")
        for command in (lost, never):
            self.age(command, 24)
        asked = self.asked(CREATE[:-1])
        self.settle()
        repeated = self.act(lambda env: self.begin(env, lost))
        self.assertEqual(self.asked(CREATE[:-1]), asked)
        self.assertEqual((self.payment(lost)[0], repeated.state), ("succeeded", "succeeded"))
        self.assertEqual(self.payment(never)[0], "failed")
        self.assertEqual((self.balance(), self.booked()), (275, 275))

    def test_an_order_that_is_over_is_charged_no_more(self):
        command = self.lose("drop_before")
        self.set_order(command, "cancel")
        asked = self.asked(CREATE[:-1])
        self.settle()
        self.assertEqual(self.asked(CREATE[:-1]), asked)
        self.assertEqual((self.payment(command)[0], self.balance()), ("unknown", 0))
        self.set_order(command, "draft")
        self.settle()
        self.assertEqual((self.payment(command)[0], self.balance()), ("succeeded", 275))

    def test_what_a_guest_could_still_pay_of_an_order_that_is_over_is_cancelled(self):
        command = self.authorize()
        self.set_order(command, "cancel")  # by somebody who knows no guard
        self.settle()
        self.assertEqual(self.operations(command)[-1], ("cancel", "canceled"))
        [intent] = self.peer.objects.list("payment_intent")
        self.assertEqual(intent["status"], "canceled")
        self.settle()
        self.assertEqual(len(self.operations(command)), 2)
        self.set_order(command, "draft")

    def test_who_asks_is_not_disturbed_during_his_call(self):
        command = self.intent(self.open_order())
        self.prepare(lambda desk: desk._fynlo_begin(command))
        with committing_env(self.dbname) as env:
            env["fynlo.payment.janitor"]._fynlo_cron_settle()
        self.assertEqual(self.operations(command), [("create", "prepared")])
        self.assertEqual(self.asked(CREATE[:-1]), 0)

    def test_a_gateway_that_is_away_is_asked_once(self):
        for _ in range(3):
            self.lose()
        self.peer.fail("v1", "drop_before", times=30)
        asked = len(self.peer.requests)
        self.settle()
        self.assertEqual(len(self.peer.requests) - asked, 3)  # one operation with its tries
        self.peer.faults.clear()
        with committing_env(self.dbname) as env:
            env.cr.execute("UPDATE fynlo_payment_operation SET next_try_at = %s"
                           " WHERE state = 'unknown' AND next_try_at > %s",
                           [fields.Datetime.now()] * 2)  # fmt: skip
        self.settle()
        self.assertEqual((self.balance(), self.booked()), (825, 825))

    # --- Booking

    def test_what_cannot_be_booked_now_is_tried_again(self):
        command = self.intent(self.open_order())
        set_session = "UPDATE pos_session SET state = %s WHERE id = %s"
        self.prepare(lambda desk: desk._fynlo_begin(command))
        self.peer.fail(CREATE, "slow", seconds=0.1)
        create = StripeGateway.create_intent

        def close_meanwhile(*args):
            self.run_sql(set_session, "closing_control", self.session_id)
            return create(*args)

        with patch.object(StripeGateway, "create_intent", close_meanwhile):
            self.settle()
        self.assertEqual(self.payment(command), ("succeeded", 275, False, "session_not_open"))
        self.run_sql(set_session, "opened", self.session_id)
        self.settle()
        self.assertEqual(self.payment(command)[2], False)  # not yet: it pauses
        query = "SELECT fynlo_booking_at - now() AT TIME ZONE 'UTC' FROM payment_transaction"
        [(pause,)] = self.run_sql(f"{query} WHERE fynlo_uuid = %s", str(command.id))
        self.assertTrue(30 < pause.total_seconds() <= 60, pause)
        self.run_sql("UPDATE payment_transaction SET fynlo_booking_at = '2020-01-01'")
        self.settle()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))

    def test_one_that_breaks_does_not_keep_the_others(self):
        broken, sound = self.lose(), self.lose()
        book = PaymentTransaction._fynlo_book

        def book_or_break(payment):
            if payment.fynlo_uuid == str(broken.id):
                raise ZeroDivisionError
            return book(payment)

        with (
            patch.object(PaymentTransaction, "_fynlo_book", book_or_break),
            self.assertLogs("odoo.addons.fynlo_payments", "ERROR"),
        ):
            self.settle()
        self.assertEqual(self.payment(sound), ("succeeded", 275, True, None))
        self.assertEqual(self.payment(broken), ("succeeded", 275, False, "internal_error"))
        self.run_sql("UPDATE payment_transaction SET fynlo_booking_at = '2020-01-01'")
        self.settle()
        self.assertEqual((self.balance(), self.booked()), (550, 550))

    def test_an_event_that_breaks_does_not_keep_the_others(self):
        self.take_in(
            {"id": "evt_odd", "type": "x", "data": {"object": {"object": "balance"}}},
            {"id": "evt_gone", "type": "x",
             "data": {"object": {"object": "charge", "payment_intent": "pi_gone"}}},
        )  # fmt: skip
        self.assertEqual(self.apply(), 0)
        command = self.authorize()
        [mine] = self.peer.events.take("payment_intent.amount_capturable_updated")
        [intent] = self.peer.objects.list("payment_intent")
        first = {**mine, "id": "evt_first"}
        self.take_in(first, mine)
        self.peer.fail(f"GET /v1/payment_intents/{intent['id']}", "404")
        self.assertEqual(self.apply(), 1)  # the first could not be read, the second could
        self.assertEqual(self.payment(command)[0], "authorized")
