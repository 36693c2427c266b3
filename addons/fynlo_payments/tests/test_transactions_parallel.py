"""Tills that pay one order with several tenders in the same moment."""

from uuid import uuid4

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..exceptions import AmountTooLargeError, CardDeclinedError, TransactionCanceledError
from ..schemas.payment_transactions import TransactionCreate
from .killing import Killing
from .parallel_payments import make

CLIENTS = 8


@tagged("post_install", "-at_install")
class TestTransactionsParallel(Killing):
    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.principals[0].store_id)
            self.cash = store.payment_method_ids.filtered("is_cash_count").fynlo_uuid

    def split(self, order, first="pm_card_visa", second=None):
        card = {"method": self.card, "channel": "online", "amount": 100}
        tenders = [
            {"id": str(uuid4()), "method": self.cash, "amount": 75},
            {"id": str(uuid4()), "paymentMethod": first, **card},
            {"id": str(uuid4()), "paymentMethod": second or first, **card},
        ]
        return make(TransactionCreate, orderId=order, tenders=tenders)

    def state_of(self, command):
        query = "SELECT state, code FROM fynlo_payment_split WHERE fynlo_uuid = %s"
        [row] = self.run_sql(query, str(command.id))
        return row

    def paid(self, command):
        query = "SELECT round(amount_paid * 100)::int, state FROM pos_order WHERE uuid = %s"
        [row] = self.run_sql(query, str(command.order_id))
        return row

    def test_the_same_id_at_once_pays_once(self):
        command = self.split(self.open_order())
        results = self.act_at_once(lambda env, _: self.transact(env, command), CLIENTS)
        self.assertLessEqual(set(results), {"succeeded", "processing"}, results)
        self.settle()
        self.assertEqual((self.state_of(command), self.paid(command)),
                         (("succeeded", None), (275, "paid")))  # fmt: skip
        self.assertEqual((self.balance(), self.booked()), (200, 200))

    def test_other_ids_at_once_pay_once(self):
        order = self.open_order()
        commands = [self.split(order) for _ in range(CLIENTS)]
        results = self.act_at_once(
            lambda env, number: self.transact(env, commands[number]), CLIENTS
        )
        self.assertEqual(results.count("succeeded"), 1, results)
        refused = [each for each in results if each != "succeeded"]
        self.assertTrue(
            all(isinstance(each, AmountTooLargeError) or hasattr(each, "code") for each in refused),
            refused,
        )
        self.assertEqual((self.balance(), self.booked()), (200, 200))
        self.assertEqual(self.paid(commands[0]), (275, "paid"))

    def test_time_is_over(self):
        command = self.split(self.open_order(), "pm_card_threeDSecure2Required")
        self.assertEqual(self.act(lambda env: self.transact(env, command)), "requires_action")
        self.settle()
        self.assertEqual(self.state_of(command), ("running", None))
        self.run_sql("UPDATE fynlo_payment_split SET expires_at = '2020-01-01'")
        self.settle()
        self.assertEqual(self.state_of(command), ("canceled", "expired"))
        with self.assertRaises(TransactionCanceledError):
            self.act(lambda env: self.transact(env, command))
        self.assertEqual((self.balance(), self.paid(command)), (0, (0, "draft")))

    def test_a_guest_who_acts_while_the_till_is_dead(self):
        command = self.split(self.open_order(), "pm_card_threeDSecure2Required")
        self.act(lambda env: self.transact(env, command))
        for _card in range(2):
            [intent] = self.peer.objects.list("payment_intent", status="requires_action")
            self.peer.objects.authenticate(intent["id"])
            self.settle()
        self.assertEqual(self.state_of(command), ("succeeded", None))
        self.assertEqual((self.balance(), self.paid(command)), (200, (275, "paid")))

    def test_a_first_capture_that_is_refused_gives_the_cash_back(self):
        self.peer.fail("capture$", "400")
        command = self.split(self.open_order())
        with self.assertRaises(Exception) as caught:
            self.act(lambda env: self.transact(env, command))
        self.assertEqual(caught.exception.code, "gateway_refused")
        self.assertEqual(self.state_of(command), ("canceled", "gateway_refused"))
        self.assertEqual((self.balance(), self.booked(), self.paid(command)), (0, 0, (0, "draft")))
        [(state,)] = self.run_sql(
            """SELECT tender.state FROM fynlo_payment_tender AS tender
               JOIN fynlo_payment_split AS split ON split.id = tender.split_id
               WHERE split.fynlo_uuid = %s AND kind = 'cash'""",
            str(command.id),
        )
        self.assertEqual(state, "returned")

    def test_a_later_capture_that_is_refused_waits_for_a_manager(self):
        command = self.split(self.open_order())
        self.peer.fail("capture$", "slow", seconds=0)  # the first one goes through
        self.peer.fail("capture$", "400", times=5)
        self.assertEqual(self.act(lambda env: self.transact(env, command)), "processing")
        for _try in range(5):
            self.run_sql(
                """UPDATE fynlo_payment_operation
                   SET write_date = write_date - interval '2 minutes'"""
            )
            self.settle()
        self.assertEqual(self.state_of(command), ("parked", "gateway_refused"))
        self.assertEqual((self.balance(), self.booked()), (100, 100))
        self.assertEqual(self.paid(command), (175, "draft"))
        with committing_env(self.dbname) as env:
            split = env["fynlo.payment.split"].search([("fynlo_uuid", "=", str(command.id))])
            split.with_user(env.ref("base.user_admin")).action_fynlo_retry()
        self.settle()
        self.assertEqual(self.state_of(command)[0], "succeeded")
        self.assertEqual((self.balance(), self.paid(command)), (200, (275, "paid")))

    def test_a_process_killed_anywhere_while_a_card_is_declined(self):
        def prepare():
            return (self.split(self.open_order(), second="pm_card_chargeDeclined"),)

        def check(command):
            with self.assertRaises(CardDeclinedError):
                self.act(lambda env: self.transact(env, command))
            self.assertEqual(self.paid(command), (0, "draft"))

        self.kill_everywhere(prepare, self.transact, check, first=4)
        self.assertEqual((self.balance(), self.booked()), (0, 0))
        held = self.peer.objects.list("payment_intent", status="requires_capture")
        self.assertEqual(held, [])
