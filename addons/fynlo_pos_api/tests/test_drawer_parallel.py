"""One drawer, and people who sell, move cash, count and take over at the same moment."""

import json
from dataclasses import replace
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import BusyError, ConflictError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged
from psycopg2.errors import LockNotAvailable

from ..exceptions import (
    CountRequiredError,
    DrawersOpenError,
    DrawerTakenError,
    SessionNotOpenError,
    ShiftClosedError,
)
from ..schemas.carts import OrderCreate
from .parallel_tills import ParallelTills
from .till import command

ROUNDS = 12


@tagged("post_install", "-at_install")
class TestDrawerParallel(ParallelTills):
    def setUp(self):
        super().setUp()
        with committing_env(self.dbname) as env:
            session = env["pos.session"].browse(self.session_id)
            self.cash = session.payment_method_ids.filtered("is_cash_count").fynlo_uuid
            vals = {"company_id": env.company.id, "fynlo_role": "supervisor"}
            people = env["hr.employee"].create(
                [{**vals, "name": f"Racer {number}"} for number in range(len(self.principals))]
            )
            device_id = self.principals[0].device_id
            vals = {"name": "Bar", "config_id": session.config_id.id, "device_id": device_id}
            self.drawer_id, self.people_ids = env["fynlo.drawer"].create(vals).id, people.ids
        self.principals = [
            replace(each, role="supervisor", device_id=device_id, employee_id=employee_id)
            for each, employee_id in zip(self.principals, self.people_ids, strict=True)
        ]

    def clean_up(self):
        with committing_env(self.dbname) as env:
            drawer = env["fynlo.drawer"].browse(self.drawer_id)
            if drawer.open_shift_id:
                self.act(env, 0, self.count_and_end, drawer.open_shift_id)
        super().clean_up()
        with committing_env(self.dbname) as env:
            env["fynlo.drawer"].browse(self.drawer_id).active = False
            env["hr.employee"].browse(self.people_ids).active = False

    def act(self, env, number, step, *args):
        """Do one step as person ``number``, as the API does a request, and commit it."""
        principal = self.principals[number]
        context = {CONTEXT_KEY: principal, "allowed_company_ids": [principal.company_id]}
        env = env(user=principal.user_id, context=context, su=False)
        result = run_with_retry(env, lambda: step(env, *args))
        env.cr.commit()
        return result

    def act_alone(self, number, step, *args):
        with committing_env(self.dbname) as env:
            return self.act(env, number, step, *args)

    def shift_of(self, env, uuid):
        return env["fynlo.drawer.shift"]._fynlo_find_shift(uuid)

    def take(self, env):
        drawer = env["fynlo.drawer"].browse(self.drawer_id)
        order = command("shift", countedCash=5000)
        return env["fynlo.drawer.shift"]._fynlo_open_shift(drawer, order).fynlo_uuid

    def count(self, env, uuid):
        shift = self.shift_of(env, uuid)
        cash = round(shift._fynlo_cash() * 100)
        return shift._fynlo_count_shift(command("count", countedCash=cash)).fynlo_uuid

    def take_over(self, env, uuid):
        return self.shift_of(env, uuid)._fynlo_hand_over(command("handover")).fynlo_uuid

    def count_and_end(self, env, shift):
        self.count(env, shift.fynlo_uuid)
        self.shift_of(env, shift.fynlo_uuid)._fynlo_close_shift(command("end"))

    def sell(self, env):
        line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}
        payment = {"id": str(uuid4()), "method": self.cash, "amount": 275, "tendered": 500}
        body = {"id": str(uuid4()), "orderType": "takeaway", "lines": [line]}
        order = OrderCreate.model_validate_json(json.dumps({**body, "payments": [payment]}))
        return env["fynlo.checkout"]._fynlo_sell(order).id

    def move(self, env):
        session = env["pos.session"]._fynlo_current_session()
        order = command("move", type="in", amount=100, reason="change")
        return session._fynlo_move_cash(order).id

    def assert_exact(self, sales, moves):
        """Each closed shift has what it had at its end, and all together what the session has."""
        with committing_env(self.dbname) as env:
            session = env["pos.session"].browse(self.session_id)
            shifts = session.fynlo_shift_ids.sorted("id")
            for shift in shifts.filtered(lambda each: each.state == "closed"):
                self.assertEqual(shift.expected, shift._fynlo_cash(), shift.id)
                self.assertEqual(shift.difference, 0.0)
            self.assertEqual(len(shifts.filtered(lambda each: each.state == "open")), 1)
            payments = session.order_ids.payment_ids
            self.assertEqual(len(session.order_ids), sales)
            self.assertEqual(
                payments.fynlo_drawer_shift_id, payments.fynlo_drawer_shift_id & shifts
            )
            self.assertTrue(all(payment.fynlo_drawer_shift_id for payment in payments))
            self.assertEqual(len(shifts.move_ids), moves)
            cash = round(50 + 2.75 * sales + moves, 2)
            self.assertEqual(round(shifts[-1]._fynlo_cash(), 2), cash)
            self.assertEqual(round(session._fynlo_expected_cash() - 100 + 50, 2), cash)
            return len(shifts)

    def test_one_of_many_takes_the_drawer(self):
        results = self.act_at_once(lambda env, number: self.act(env, number, self.take))
        taken = [each for each in results if isinstance(each, str)]
        refused = [each for each in results if isinstance(each, DrawerTakenError)]
        self.assertEqual((len(taken), len(refused)), (1, len(results) - 1), results)
        self.assert_exact(0, 0)

    def test_one_of_many_takes_over(self):
        first = self.act_alone(0, self.take)
        self.act_alone(0, self.count, first)
        results = self.act_at_once(
            lambda env, number: self.act(env, number, self.take_over, first), 6
        )
        taken = [each for each in results if isinstance(each, str)]
        refused = [each for each in results if isinstance(each, ShiftClosedError)]
        self.assertEqual((len(taken), len(refused)), (1, 5), results)
        self.assertEqual(self.assert_exact(0, 0), 2)

    def test_sales_and_moves_while_the_drawer_changes_hands(self):
        """Nothing is booked into a shift after its end, and nothing is left out of one."""
        self.current = self.act_alone(0, self.take)
        done = {"sales": 0, "moves": 0}

        def sell(env, number):
            for _ in range(ROUNDS):
                self.until_taken(env, number, self.sell)
                done["sales"] += 1

        def move(env, number):
            for _ in range(ROUNDS):
                self.until_taken(env, number, self.move)
                done["moves"] += 1

        def take_over(env, number):
            for _ in range(ROUNDS):
                try:
                    self.act(env, number, self.count, self.current)
                    self.current = self.act(env, number, self.take_over, self.current)
                except (CountRequiredError, BusyError):
                    env.cr.rollback()

        roles = [sell, move, take_over]
        results = self.act_at_once(lambda env, number: roles[number](env, number), 3)
        self.assertEqual(results, [None] * 3)
        self.assertEqual(done, {"sales": ROUNDS, "moves": ROUNDS})
        handed_over = self.assert_exact(ROUNDS, ROUNDS)
        self.assertGreater(handed_over, 1)

    def until_taken(self, env, number, step):
        while True:
            try:
                return self.act(env, number, step)
            except BusyError:
                env.cr.rollback()

    def test_whoever_found_the_drawer_open_keeps_it_open_until_his_commit(self):
        first = self.act_alone(0, self.take)
        with committing_env(self.dbname) as env, committing_env(self.dbname) as other:
            session = env["pos.session"].browse(self.session_id)
            shifts, racer = env["fynlo.drawer.shift"], self.people_ids[0]
            drawer = env["fynlo.drawer"].browse(self.drawer_id)
            context = {CONTEXT_KEY: self.principals[0]}
            found = shifts.with_context(**context)._fynlo_find_open(session, racer)
            self.assertEqual(found, drawer.open_shift_id.id)
            other.cr.execute("SET LOCAL lock_timeout = '50ms'")
            shift = other["fynlo.drawer.shift"].search([("fynlo_uuid", "=", first)])
            with self.assertRaises(LockNotAvailable):
                shift._fynlo_hold_complete()
            other.cr.rollback()

    def test_sale_that_races_a_count_makes_it_count_again(self):
        first = self.act_alone(0, self.take)
        steps = [lambda env: self.count(env, first), self.sell, self.sell]
        results = self.act_at_once(lambda env, number: self.act(env, number, steps[number]), 3)
        for result in results:
            self.assertNotIsInstance(result, Exception, result)
        with committing_env(self.dbname) as env:
            [count] = env["pos.session"].browse(self.session_id).fynlo_cash_count_ids
            is_complete = count.expected == 55.5
        try:
            self.act_alone(1, self.take_over, first)
        except CountRequiredError:
            self.assertFalse(is_complete)
        else:
            self.assertTrue(is_complete)
        self.assert_exact(2, 0)

    def test_no_drawer_is_taken_in_a_session_that_closes(self):
        def count_all(env):
            session = env["pos.session"]._fynlo_current_session()
            return session._fynlo_count_cash(command("count", countedCash=10000)).id

        def close(env):
            session = env["pos.session"]._fynlo_current_session()
            return session._fynlo_close_session(command("close")).id

        self.act_alone(0, count_all)
        steps = [self.take, close]
        results = self.act_at_once(lambda env, number: self.act(env, number, steps[number]), 2)
        refused = [each for each in results if isinstance(each, Exception)]
        self.assertEqual(len(refused), 1, results)
        self.assertIsInstance(refused[0], (SessionNotOpenError, DrawersOpenError), results)
        with committing_env(self.dbname) as env:
            session = env["pos.session"].browse(self.session_id)
            is_taken = bool(env["fynlo.drawer"].browse(self.drawer_id).open_shift_id)
            self.assertEqual(session.state, "opened" if is_taken else "closed")

    def test_one_no_sale_sent_by_many_is_one(self):
        order = command("no_sale", reason="change")

        def open_drawer(env):
            session = env["pos.session"]._fynlo_current_session()
            return session._fynlo_open_drawer(order).id

        results = self.act_at_once(lambda env, number: self.act(env, number, open_drawer))
        made = [each for each in results if isinstance(each, int)]
        refused = [each for each in results if isinstance(each, ConflictError)]
        self.assertEqual((len(made), len(refused)), (1, len(results) - 1), results)
        with committing_env(self.dbname) as env:
            self.assertEqual(env["pos.session"].browse(self.session_id).fynlo_no_sale_ids.ids, made)
