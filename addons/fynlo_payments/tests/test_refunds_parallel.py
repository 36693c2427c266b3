"""However many refund at once, however interrupted: never more than the card has paid."""

from unittest.mock import patch

from odoo.addons.fynlo_base.exceptions import FynloError
from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged
from psycopg2.errors import SerializationFailure

from ..models.fynlo_payment_operation import FynloPaymentOperation
from ..schemas.refunds import PaymentRefundCreate
from .killing import Killing
from .parallel_payments import make

ATTEMPTS = 20


@tagged("post_install", "-at_install")
class TestRefundsParallel(Killing):
    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.principals[0].store_id)
            store.fynlo_refund_role = "cashier"
        self.paid = 0

    def sell(self):
        """Let a card pay a coffee; return the payment's id."""
        command = self.intent(self.open_order())
        results = self.act_at_once(lambda env, _: self.begin(env, command).state, 1)
        self.assertEqual(results, ["succeeded"])
        self.paid += 275
        return command.id

    def command(self, **values):
        return make(PaymentRefundCreate, reason="cold", **values)

    def refund(self, env, payment, command):
        """Do what the route does, with its commits and its tries; return the refund's state."""

        def prepare():
            return env["fynlo.payment.refund"]._fynlo_refund_payment(payment, command)

        answer = run_with_retry(env, prepare)
        refund = carry_out(env, answer) if isinstance(answer, Later) else answer
        return refund.state

    def given(self):
        return self.paid - self.peer.objects.balance().get("usd", 0)

    def test_twenty_at_once_never_give_more_than_the_charge(self):
        payment = self.sell()

        def refund(env, _number):
            while True:
                try:
                    return self.refund(env, payment, self.command(amount=100))
                except FynloError as error:
                    env.cr.rollback()
                    if error.code not in ("payment_busy", "busy", "conflict"):
                        return error.code

        results = self.act_at_once(refund, ATTEMPTS)
        self.assertEqual(results.count("booked"), 2, results)
        self.assertEqual(results.count("refund_too_large"), ATTEMPTS - 2, results)
        self.assertEqual((self.given(), self.booked()), (200, self.paid - 200))

    def test_the_same_one_from_many_tills_is_given_once(self):
        payment, command = self.sell(), self.command(amount=100)
        results = self.act_at_once(lambda env, _: self.refund(env, payment, command), 8)
        self.assertFalse([each for each in results if not isinstance(each, str)], results)
        self.settle()
        self.assertEqual((self.given(), self.booked()), (100, self.paid - 100))

    def test_a_step_that_is_run_again_asks_once(self):
        payment, command = self.sell(), self.command()
        record, failures = FynloPaymentOperation._fynlo_record, [1, 2]

        def fail_twice(operation, outcome):
            record(operation, outcome)
            if failures:
                failures.pop()
                raise SerializationFailure()

        with patch.object(FynloPaymentOperation, "_fynlo_record", fail_twice):
            results = self.act_at_once(lambda env, _: self.refund(env, payment, command), 1)
        self.assertEqual((results, failures), (["booked"], []))
        asked = [each for each in self.peer.requests if each[:2] == ("POST", "/v1/refunds")]
        self.assertEqual((len(asked), self.given(), self.booked()), (1, 275, self.paid - 275))

    def test_the_janitor_settles_what_nobody_knows(self):
        payment, command = self.sell(), self.command(amount=75)
        self.peer.fail("POST /v1/refunds$", "drop_after", times=3)
        results = self.act_at_once(lambda env, _: self.refund(env, payment, command), 1)
        self.assertEqual((results, self.booked()), (["open"], self.paid))
        self.settle()
        self.assertEqual((self.given(), self.booked()), (75, self.paid - 75))

    def test_a_process_killed_anywhere(self):
        def prepare():
            return self.sell(), self.command()

        def refund(env, payment, command):
            self.refund(env, payment, command)

        def check(payment, command):
            self.assertEqual(self.act(lambda env: self.refund(env, payment, command)), "booked")

        self.kill_everywhere(prepare, refund, check, first=2)
        # Everything is given back but what the last process of each round would have.
        self.assertEqual(self.booked(), self.paid - self.given())
