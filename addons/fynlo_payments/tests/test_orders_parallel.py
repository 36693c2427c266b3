"""An order is charged once, whoever pays, cancels or changes it in the same moment."""

import os

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_pos_api.schemas.carts import OrderPaymentCreate
from odoo.addons.fynlo_pos_api.schemas.order_edits import OrderCancel
from odoo.tests import tagged

from ..exceptions import AmountTooLargeError
from .parallel_payments import ParallelPayments, make

ROUNDS, LONG_ROUNDS = 2, 50


@tagged("post_install", "-at_install")
class TestOrdersParallel(ParallelPayments):
    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.principals[0].store_id)
            store.fynlo_void_role = "cashier"
            cash = store.payment_method_ids.filtered("is_cash_count")
            self.cash = cash.fynlo_uuid

    def rounds(self):
        return range(1, (LONG_ROUNDS if os.environ.get("FYNLO_LONG_TESTS") else ROUNDS) + 1)

    def sort(self, results):
        """Return the results that are no errors, and those that are."""
        failed = [each for each in results if isinstance(each, Exception)]
        return [each for each in results if each not in failed], failed

    def test_different_payments_of_one_order_charge_it_once(self):
        for number in self.rounds():
            order = self.open_order()
            results = self.act_at_once(
                lambda env, _, order=order: self.begin(env, self.intent(order)).state
            )
            states, errors = self.sort(results)
            self.assertEqual(states, ["succeeded"], results)
            self.assertTrue(
                all("due" in each.details or "allowed" in each.details for each in errors), errors
            )
            self.assertEqual((self.balance(), self.booked()), (275 * number, 275 * number))

    def test_parts_of_one_order_add_up_to_it(self):
        order = self.open_order()

        def act(env, _):
            return self.begin(env, self.intent(order, amount=100, captureMethod="manual")).amount

        states, errors = self.sort(self.act_at_once(act))
        self.assertEqual(states, [100, 100])
        self.assertEqual({type(each) for each in errors}, {AmountTooLargeError})
        self.assertEqual({each.details["due"] for each in errors}, {75})

    def test_a_card_and_cash_at_once(self):
        for _round in self.rounds():
            order, before = self.open_order(), self.balance()
            with self.subTest(order):
                self.pay_both(order, before)

    def pay_both(self, order, before):
        def act(env, number):
            if number % 2:
                return self.begin(env, self.intent(order)).state
            command = make(OrderPaymentCreate, method=self.cash, amount=275)
            desk = env["fynlo.order.payment"]
            done = run_with_retry(env, lambda: desk._fynlo_pay_order(order, command))
            env.cr.commit()
            return done.id

        done, _errors = self.sort(self.act_at_once(act, 4))
        self.assertEqual(len(done), 1, done)
        [(paid, state)] = self.run_sql(
            "SELECT amount_paid, state FROM pos_order WHERE uuid = %s", order
        )
        self.assertEqual((float(paid), state), (2.75, "paid"))
        self.assertEqual(self.balance() - before, 275 if done == ["succeeded"] else 0)

    def test_a_card_and_a_cancellation_at_once(self):
        for _round in self.rounds():
            order, before = self.open_order(), self.balance()

            def act(env, number, order=order):
                if number:
                    return self.begin(env, self.intent(order)).state
                command, orders = make(OrderCancel, reason="left"), env["pos.order"]
                run_with_retry(env, lambda: orders._fynlo_cancel_order(order, command))
                env.cr.commit()
                return "cancel"

            done, _errors = self.sort(self.act_at_once(act, 2))
            self.assertEqual(len(done), 1, done)
            [(state,)] = self.run_sql("SELECT state FROM pos_order WHERE uuid = %s", order)
            self.assertEqual(state, "cancel" if done == ["cancel"] else "paid")
            self.assertEqual(self.balance() - before, 0 if done == ["cancel"] else 275)
