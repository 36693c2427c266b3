"""Bills that are split and merged while others write on them, under real parallel connections."""

import json
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import BusyError, FynloError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..schemas.carts import OrderCreate, OrderPaymentCreate
from ..schemas.order_edits import OrderPatch
from ..schemas.splits import OrderMerge, OrderSplit
from .parallel_tills import TILLS, ParallelTills

ROUNDS = 3


def make(schema, **values):
    return schema.model_validate_json(json.dumps({"id": str(uuid4()), **values}))


@tagged("post_install", "-at_install")
class TestOrderSplitParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        self.uuids = [self.open_order(), self.open_order()]
        self.addCleanup(self.pay_the_rest)  # a session with an open order cannot close

    def line(self):
        return {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}

    def open_order(self):
        command = make(OrderCreate, orderType="dine_in", lines=[self.line(), self.line()])
        [made] = self.act_at_once(lambda env, _: env["fynlo.checkout"]._fynlo_sell(command).id, 1)
        self.assertIsInstance(made, int)
        return str(command.id)

    def pay_the_rest(self):
        def pay(env, _number):
            store_id = self.principals[0].store_id
            domain = [("config_id", "=", store_id), ("state", "=", "draft")]
            for order in env["pos.order"].search(domain):
                due = round((order.amount_total - order.amount_paid) * 100)
                command = make(OrderPaymentCreate, method=self.card, amount=due)
                env["fynlo.order.payment"]._fynlo_pay_order(order.uuid, command)

        self.act_at_once(pay, 1)

    def until_told(self, env, function):
        """Return the answer, or the code of the refusal; a busy order is asked again."""
        while True:
            try:
                answer = run_with_retry(env, function)
                env.cr.commit()
                return answer
            except BusyError:
                env.cr.rollback()
            except FynloError as error:
                env.cr.rollback()
                return error.code

    def all_lines(self, env):
        domain = [("config_id", "=", self.principals[0].store_id)]
        return env["pos.order"].search(domain).lines

    def test_lines_that_are_added_meanwhile_are_there_once(self):
        def act(env, number):
            if number == 0:
                merge = make(OrderMerge, orderIds=self.uuids[1:])
                service = env["fynlo.order.merge"]
                self.until_told(env, lambda: service._fynlo_merge_orders(self.uuids[0], merge).id)
                return []
            if number == 1:
                self.split_one_off(env)
                return []
            return self.add_lines(env, self.uuids[number % 2])

        results = self.act_at_once(act)
        self.assertFalse([each for each in results if isinstance(each, Exception)])
        added = [uuid for result in results for uuid in result]
        with committing_env(self.dbname) as env:
            found = self.all_lines(env)
            self.assertEqual(len(found), 4 + len(added))
            self.assertLessEqual(set(added), set(found.mapped("uuid")))
            for order in found.order_id:
                self.assertEqual(order.amount_total, round(2.75 * len(order.lines), 2))

    def split_one_off(self, env):
        service, orders = env["fynlo.order.split"], env["pos.order"]

        def split():
            order = orders.search([("uuid", "=", self.uuids[0])])
            lines = [{"lineId": order.lines[0].uuid}]
            command = make(OrderSplit, orders=[{"id": str(uuid4()), "lines": lines}])
            return service._fynlo_split_order(order.uuid, command)[1].id

        self.until_told(env, split)

    def add_lines(self, env, uuid):
        """Add lines to an order; return the ids of those that were taken."""
        edit, added = env["fynlo.order.edit"]._fynlo_edit_order, []
        for _ in range(ROUNDS):
            line = self.line()
            patch = OrderPatch.model_validate_json(json.dumps({"lines": [line]}))
            answer = self.until_told(env, lambda patch=patch: edit(uuid, patch).id)
            if isinstance(answer, int):
                added.append(line["id"])
            else:
                self.assertEqual(answer, "illegal_transition")
        return added

    def test_two_orders_merged_into_each_other_become_one(self):
        def merge(env, number):
            mine, other = self.uuids[:: 1 if number % 2 else -1]
            command = make(OrderMerge, orderIds=[other])
            service = env["fynlo.order.merge"]
            return self.until_told(env, lambda: service._fynlo_merge_orders(mine, command).id)

        results = self.act_at_once(merge)
        self.assertEqual(len([each for each in results if isinstance(each, int)]), 1)
        self.assertEqual(results.count("illegal_transition"), TILLS - 1)
        with committing_env(self.dbname) as env:
            self.assertEqual(len(self.all_lines(env)), 4)
            states = env["pos.order"].search([("uuid", "in", self.uuids)]).mapped("state")
            self.assertEqual(sorted(states), ["cancel", "draft"])
