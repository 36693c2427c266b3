"""One customer under real parallel connections: sold to, changed, counted and merged at once."""

import json
from dataclasses import replace
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import IdempotencyConflictError, StaleVersionError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..schemas.carts import OrderCreate
from ..schemas.customer_bodies import CustomerCreate, CustomerUpdate
from .parallel_tills import TILLS, ParallelTills

ROUNDS = 4


@tagged("post_install", "-at_install")
class TestCustomerParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            vals = {"company_id": env.company.id, "fynlo_is_customer": True}
            made = env["res.partner"].create([{**vals, "name": f"Twin {n}"} for n in range(2)])
            self.ids, self.uuids = made.ids, made.mapped("fynlo_uuid")

    def clean_up(self):
        super().clean_up()
        with committing_env(self.dbname) as env:
            env["res.partner"].browse(self.ids).exists().write({"active": False})

    def order(self, customer=0):
        payment = {"id": str(uuid4()), "method": self.card, "amount": 275}
        line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}
        body = {"id": str(uuid4()), "orderType": "dine_in", "customerId": self.uuids[customer]}
        body |= {"lines": [line], "payments": [payment]}
        return OrderCreate.model_validate_json(json.dumps(body))

    def assertNoError(self, results):
        for result in results:
            self.assertNotIsInstance(result, Exception, result)

    def count(self):
        with committing_env(self.dbname) as env:
            while env["fynlo.customer.change"]._fynlo_count_batch():
                env.cr.commit()
            partner = env["res.partner"].browse(self.ids[0])
            return round(partner.fynlo_total_spent, 2), partner.fynlo_order_count

    def test_tills_sell_to_one_customer_while_he_is_counted(self):
        tries = []

        def act(env, number):
            for _ in range(ROUNDS):
                if number == 0:  # what the background job does, all the time
                    env["fynlo.customer.change"]._fynlo_try_counting()
                    env.cr.commit()
                    continue
                command = self.order()

                def sell(env=env, command=command):
                    tries.append(number)
                    return env["fynlo.checkout"]._fynlo_sell(command)

                run_with_retry(env, sell)
                env.cr.commit()
            return True

        self.assertNoError(self.act_at_once(act))
        sold = (TILLS - 1) * ROUNDS
        self.assertEqual(self.count(), (round(sold * 2.75, 2), sold))
        self.assertEqual(len(tries), sold, "a sale has waited for the customer and ran again")

    def test_two_counts_at_once_give_what_one_gives(self):
        with committing_env(self.dbname) as env:
            rows = [(self.ids[0],)] * 40
            env.cr.execute_values("INSERT INTO fynlo_customer_change (partner_id) VALUES %s", rows)

        def act(env, _number):
            taken = env["fynlo.customer.change"]._fynlo_try_counting()
            env.cr.commit()
            return taken

        self.assertNoError(self.act_at_once(act))
        self.assertEqual(self.count(), (0.0, 0))
        with committing_env(self.dbname) as env:
            env.cr.execute("SELECT count(*) FROM fynlo_customer_change")
            self.assertEqual(env.cr.fetchone()[0], 0)

    def test_of_changes_at_once_one_wins_and_the_others_are_stale(self):
        def act(env, number):
            body = {"version": 1, "firstName": f"Till{number}"}
            command = CustomerUpdate.model_validate_json(json.dumps(body))
            partners = env["res.partner"]
            name = run_with_retry(
                env, lambda: partners._fynlo_update_customer(self.uuids[0], command).name
            )
            env.cr.commit()
            return name

        results = self.act_at_once(act)
        winners = [result for result in results if not isinstance(result, Exception)]
        self.assertEqual(len(winners), 1, results)
        for result in results:
            if isinstance(result, Exception):
                self.assertIsInstance(result, StaleVersionError)
        with committing_env(self.dbname) as env:
            self.assertEqual(env["res.partner"].browse(self.ids[0]).name, winners[0])

    def test_one_id_makes_one_customer(self):
        body = {"id": str(uuid4()), "firstName": "Once", "lastName": None, "email": None}
        command = CustomerCreate.model_validate_json(json.dumps({**body, "phone": None}))

        def act(env, _number):
            made = run_with_retry(
                env, lambda: env["res.partner"]._fynlo_create_customer(command).fynlo_uuid
            )
            env.cr.commit()
            return made

        results = self.act_at_once(act)
        self.assertEqual(results.count(body["id"]), 1, results)
        for result in results:
            if result != body["id"]:
                self.assertIsInstance(result, IdempotencyConflictError)

    def as_manager(self, env):
        """Return the environment of a manager on the first till."""
        manager_id = env.company._fynlo_technical_user("manager").id
        principal = replace(self.principals[0], user_id=manager_id, role="manager")
        return env(user=manager_id, context={**env.context, CONTEXT_KEY: principal})

    @mute_logger("odoo.sql_db")  # the merge meets a sale that it has not seen, and runs again
    def test_sales_to_who_is_being_merged_go_to_who_stays(self):
        with committing_env(self.dbname) as env:
            env.company._fynlo_technical_user("manager")

        def act(env, number):
            if number:
                command = self.order(customer=1)
                run_with_retry(env, lambda: env["fynlo.checkout"]._fynlo_sell(command))
            else:
                merge = self.as_manager(env)["fynlo.customer.merge"]
                run_with_retry(env, lambda: merge._fynlo_merge(self.uuids[0], self.uuids[1:]))
            env.cr.commit()
            return True

        self.assertNoError(self.act_at_once(act))
        self.assertEqual(self.count(), (round((TILLS - 1) * 2.75, 2), TILLS - 1))
        with committing_env(self.dbname) as env:
            self.assertFalse(env["res.partner"].browse(self.ids[1]).exists())
