"""One bill that is paid while another till splits, merges, cancels or gives it back."""

from uuid import uuid4

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..schemas.carts import OrderPaymentCreate
from ..schemas.order_edits import OrderCancel, OrderStep
from ..schemas.refunds import RefundCreate
from ..schemas.splits import OrderMerge, OrderSplit
from . import test_order_split_parallel as split_parallel
from .test_order_split_parallel import make

ROUNDS = 4


@tagged("post_install", "-at_install")
class TestOrderPayParallel(split_parallel.TestOrderSplitParallel):
    test_lines_that_are_added_meanwhile_are_there_once = None
    test_two_orders_merged_into_each_other_become_one = None

    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.principals[0].store_id)
            store.write({"fynlo_refund_role": "cashier", "fynlo_void_role": "cashier"})

    def pay(self, env, uuid, amount=550):
        command = make(OrderPaymentCreate, method=self.card, amount=amount)
        return env["fynlo.order.payment"]._fynlo_pay_order(uuid, command).state

    def race(self, *acts):
        """Let each act try at once on its own till; return what each was told."""
        results = self.act_at_once(
            lambda env, number: self.until_told(env, lambda: acts[number](env)), len(acts)
        )
        self.assertFalse([each for each in results if isinstance(each, Exception)], results)
        self.assertEveryPaymentHasItsOrder()
        return results

    def assertEveryPaymentHasItsOrder(self):
        with committing_env(self.dbname) as env:
            domain = [("config_id", "=", self.principals[0].store_id)]
            for order in env["pos.order"].search(domain):
                paid = round(sum(order.payment_ids.mapped("amount")), 2)
                self.assertEqual(order.amount_paid, paid)
                lines = round(sum(order.lines.mapped("price_subtotal_incl")), 2)
                self.assertEqual(order.amount_total, lines)
                if order.state == "paid":
                    self.assertEqual(paid, lines)
                elif order.state == "cancel":
                    self.assertEqual(paid, 0)

    def test_cancelled_or_paid(self):
        for _ in range(ROUNDS):
            uuid = self.open_order()
            cancel = make(OrderCancel, reason="left")
            told = self.race(
                lambda env, uuid=uuid: self.pay(env, uuid),
                lambda env, uuid=uuid, cancel=cancel: (
                    env["pos.order"]._fynlo_cancel_order(uuid, cancel).state
                ),
            )
            self.assertEqual(told.count("illegal_transition"), 1, told)

    def test_split_or_paid(self):
        for _ in range(ROUNDS):
            uuid = self.open_order()
            with committing_env(self.dbname) as env:
                line = env["pos.order"].search([("uuid", "=", uuid)]).lines[0].uuid
            part = {"id": str(uuid4()), "lines": [{"lineId": line}]}
            split = make(OrderSplit, orders=[part])
            told = self.race(
                lambda env, uuid=uuid: self.pay(env, uuid),
                lambda env, uuid=uuid, split=split: len(
                    env["fynlo.order.split"]._fynlo_split_order(uuid, split)[1]
                ),
            )
            self.assertIn(set(told), ({"paid", "illegal_transition"}, {"overpaid", 1}))

    def test_merged_or_paid(self):
        for _ in range(ROUNDS):
            first, second = self.open_order(), self.open_order()
            merge = make(OrderMerge, orderIds=[second])
            told = self.race(
                lambda env, uuid=second: self.pay(env, uuid, 300),
                lambda env, uuid=first, merge=merge: (
                    env["fynlo.order.merge"]._fynlo_merge_orders(uuid, merge).state
                ),
            )
            self.assertIn("draft", told)

    def test_given_back_or_complete(self):
        for _ in range(ROUNDS):
            uuid = self.open_order()
            self.race(lambda env, uuid=uuid: self.pay(env, uuid, 300))
            back = make(RefundCreate, all=True, reason="left")
            self.race(
                lambda env, uuid=uuid: self.pay(env, uuid, 250),
                lambda env, uuid=uuid, back=back: (
                    env["fynlo.order.refund"]._fynlo_refund_order(uuid, back).state
                ),
                lambda env, uuid=uuid: (
                    env["pos.order"]._fynlo_complete_order(uuid, make(OrderStep)).state
                ),
            )
