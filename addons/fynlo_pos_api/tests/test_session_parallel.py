"""Sessions under real parallel connections, on rows that are committed.

What a test leaves is a store of its own with a closed session; its goods are archived.
"""

import json
import time
from functools import partial
from itertools import count
from unittest.mock import patch
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import BusyError
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.addons.fynlo_base.tests.parallel import committing_env, run_parallel
from odoo.exceptions import UserError
from odoo.tests import BaseCase, get_db_name, tagged

from ..exceptions import DraftOrdersError, SessionAlreadyOpenError, SessionNotOpenError
from ..models import pos_session_close, pos_session_stock
from ..schemas.carts import OrderCreate
from .till import Till, command

ENOUGH = 300


@tagged("post_install", "-at_install")
class TestSessionParallel(BaseCase):
    def setUp(self):
        super().setUp()
        self.dbname = get_db_name()
        with committing_env(self.dbname) as env:
            env.company.point_of_sale_update_stock_quantities = "real"
            till = Till(env, f"Race {uuid4().hex[:6]}")
            device = env["fynlo.device"].create({"name": "Race", "config_id": till.store.id})
            user = env.company._fynlo_technical_user("supervisor")
            self.store_id, self.source_id = till.store.id, till.source.id
            self.product_ids = (till.coffee.id, till.cake.id)
            self.coffee_uuid, self.card_uuid = till.coffee.fynlo_uuid, till.card.fynlo_uuid
            self.principal = Principal(
                user_id=user.id,
                company_id=env.company.id,
                role="supervisor",
                session=str(uuid4()),
                store_ids=(till.store.id,),
                store_id=till.store.id,
                device_id=device.id,
            )
        self.addCleanup(self.archive)

    def archive(self):
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.store_id)
            if session := store.current_session_id:
                session.order_ids.filtered(lambda each: each.state == "draft").state = "cancel"
                session.cash_register_balance_end_real = session._fynlo_expected_cash()
                session._fynlo_expected_cash()
                session.action_pos_session_closing_control()
            store.action_archive()
            env["product.product"].browse(self.product_ids).action_archive()

    def request(self, env, act):
        """Do ``act(env)`` as the API does a request: as its user, with its retries."""
        context = {CONTEXT_KEY: self.principal}
        context["allowed_company_ids"] = [self.principal.company_id]
        env = env(user=self.principal.user_id, context=context, su=False)
        result = run_with_retry(env, partial(act, env))
        env.cr.commit()
        return result

    def open(self, env, order=None):
        order = order or command("open", openingCash=10000)
        return env["pos.session"]._fynlo_open_session(order).id

    def sell(self, env):
        line = {"id": str(uuid4()), "productId": self.coffee_uuid, "quantity": 1}
        payment = {"id": str(uuid4()), "method": self.card_uuid, "amount": 275}
        body = {"id": str(uuid4()), "orderType": "takeaway", "lines": [line]}
        order = OrderCreate.model_validate_json(json.dumps({**body, "payments": [payment]}))
        return env["fynlo.checkout"]._fynlo_sell(order).id

    def count(self, env, cash=10000):
        session = env["pos.session"]._fynlo_current_session()
        return session._fynlo_count_cash(command("count", countedCash=cash)).id

    def close(self, env):
        session = env["pos.session"]._fynlo_current_session()
        return session._fynlo_close_session(command("close")).id

    def act_alone(self, act):
        with committing_env(self.dbname) as env:
            return self.request(env, act)

    def assertEverythingPosted(self, session_id, order_ids):
        """Each order is in the closed session, in its books and, once, in the stock."""
        with committing_env(self.dbname) as env:
            session = env["pos.session"].browse(session_id)
            self.assertEqual(session.state, "closed")
            self.assertEqual(set(session.order_ids.ids), set(order_ids))
            self.assertEqual(set(session.order_ids.mapped("state")), {"done"})
            self.assertEqual(set(session.order_ids.mapped("fynlo_stock_state")), {"posted"})
            moves = session.picking_ids.move_ids
            self.assertEqual(set(moves.mapped("state")), {"done"})
            self.assertEqual(sum(moves.mapped("quantity")), len(order_ids))
            quants = env["stock.quant"].search(
                [("product_id", "in", self.product_ids), ("location_id", "=", self.source_id)]
            )
            self.assertEqual(sum(quants.mapped("quantity")), 200 - len(order_ids))
            paid = sum(session.bank_payment_ids.mapped("amount"))
            self.assertEqual(round(paid, 2), round(2.75 * len(order_ids), 2))

    def test_parallel_openings_make_one_session(self):
        results = run_parallel(self.dbname, lambda env: self.request(env, self.open), 4)
        opened = [result for result in results if isinstance(result, int)]
        refused = [result for result in results if isinstance(result, SessionAlreadyOpenError)]
        self.assertEqual((len(opened), len(refused)), (1, 3), results)
        with committing_env(self.dbname) as env:
            sessions = env["pos.session"].search([("config_id", "=", self.store_id)])
            self.assertEqual(sessions.ids, opened)
            told = {error.details["sessionId"] for error in refused}
            self.assertEqual(told, {sessions.fynlo_uuid})

    def test_parallel_openings_with_one_id_are_one_opening(self):
        order = command("open", openingCash=10000)
        act = partial(self.open, order=order)
        results = run_parallel(self.dbname, lambda env: self.request(env, act), 4)
        self.assertEqual(len(set(results)), 1, results)
        self.assertIsInstance(results[0], int)

    def test_web_client_and_api_open_one_session(self):
        turns = count()

        def open_somehow(env):
            if next(turns) % 2:
                return self.request(env, self.open)
            act = partial(self.open_in_web_client, env)
            return run_with_retry(env, act)

        results = run_parallel(self.dbname, open_somehow, 4)
        self.assertEqual(len([each for each in results if isinstance(each, int)]), 1, results)
        with committing_env(self.dbname) as env:
            domain = [("config_id", "=", self.store_id)]
            self.assertEqual(env["pos.session"].search_count(domain), 1)

    def open_in_web_client(self, env):
        session = env["pos.session"].create({"config_id": self.store_id})
        session.set_opening_control(100.0, "")
        env.cr.commit()
        return session.id

    def test_no_order_is_lost_when_the_session_closes(self):
        session_id = self.act_alone(self.open)
        roles, sold = count(), []

        def sell_or_close(env):
            if next(roles):
                return self.sell_until_closed(env, sold)
            while len(sold) < 25:
                time.sleep(0.01)
            return self.request(env, self.close)

        self.act_alone(self.count)
        results = run_parallel(self.dbname, sell_or_close, 4)
        refusals = [each for each in results if isinstance(each, SessionNotOpenError)]
        self.assertEqual(len(refusals), 3, results)
        self.assertIn(session_id, results)
        self.assertGreaterEqual(len(sold), 25)
        self.assertEverythingPosted(session_id, sold)

    def sell_until_closed(self, env, sold):
        for _ in range(ENOUGH):
            sold.append(self.request(env, self.sell))
        raise AssertionError("The session did not close while tills were selling.")

    def test_no_order_is_lost_when_the_web_client_closes(self):
        session_id = self.act_alone(self.open)
        roles, sold = count(), []

        def sell_or_close(env):
            if next(roles):
                return self.sell_until_closed(env, sold)
            while len(sold) < 25:
                time.sleep(0.01)
            return run_with_retry(env, partial(self.close_in_web_client, env, session_id))

        results = run_parallel(self.dbname, sell_or_close, 4)
        self.assertIn(session_id, results, results)
        self.assertEverythingPosted(session_id, sold)

    def close_in_web_client(self, env, session_id):
        session = env["pos.session"].browse(session_id)
        session.close_session_from_ui()
        env.cr.commit()
        return session.id

    def test_refused_closing_lets_sales_go_on(self):
        self.act_alone(self.open)
        self.act_alone(self.sell_draft)
        self.act_alone(self.count)
        with self.assertRaises(DraftOrdersError):
            self.act_alone(self.close)
        self.assertIsInstance(self.act_alone(self.sell), int)

    def sell_draft(self, env):
        line = {"id": str(uuid4()), "productId": self.coffee_uuid, "quantity": 1}
        body = {"id": str(uuid4()), "orderType": "takeaway", "lines": [line]}
        order = OrderCreate.model_validate_json(json.dumps(body))
        return env["fynlo.checkout"]._fynlo_sell(order).id

    def test_closing_that_odoo_refuses_lets_sales_go_on(self):
        session_id = self.act_alone(self.open)
        with committing_env(self.dbname) as env:
            env["pos.session"].browse(session_id).cash_journal_id.loss_account_id = False
            env["pos.session"].browse(session_id).cash_journal_id.profit_account_id = False
        self.act_alone(partial(self.count, cash=9900))
        with self.assertRaisesRegex(UserError, "Loss Account"):
            self.act_alone(self.close)
        with committing_env(self.dbname) as env:
            self.assertEqual(env["pos.session"].browse(session_id).state, "opened")
        self.assertIsInstance(self.act_alone(self.sell), int)

    def test_session_that_a_crash_left_closing_is_closed_or_opened_again(self):
        session_id = self.act_alone(self.open)
        self.act_alone(self.count)
        draft_id = self.act_alone(self.sell_draft)
        self.write_state(session_id, "closing_control")
        with self.assertRaises(SessionNotOpenError):
            self.act_alone(self.sell)
        with self.assertRaises(DraftOrdersError):
            self.act_alone(self.close)
        self.assertIsInstance(self.act_alone(self.sell), int)
        with committing_env(self.dbname) as env:
            env["pos.order"].browse(draft_id).state = "cancel"
        self.write_state(session_id, "closing_control")
        self.assertEqual(self.act_alone(self.close), session_id)

    def test_sale_that_takes_too_long_makes_the_closing_give_up(self):
        self.addCleanup(setattr, pos_session_close, "_SALES_WAIT", pos_session_close._SALES_WAIT)
        pos_session_close._SALES_WAIT = "50ms"
        session_id = self.act_alone(self.open)
        self.act_alone(self.count)
        with committing_env(self.dbname) as env:
            env["pos.session"].browse(session_id)._fynlo_hold_open()
            with self.assertRaises(BusyError):
                self.act_alone(self.close)
        self.assertEqual(self.act_alone(self.close), session_id)

    def write_state(self, session_id, state):
        with committing_env(self.dbname) as env:
            env["pos.session"].browse(session_id).state = state

    def test_parallel_closings_close_once(self):
        session_id = self.act_alone(self.open)
        orders = [self.act_alone(self.sell) for _ in range(3)]
        self.act_alone(self.count)
        act = partial(self.request, act=self.close)
        results = run_parallel(self.dbname, act, 3)
        self.assertEqual(results.count(session_id), 1, results)
        refused = [each for each in results if isinstance(each, SessionNotOpenError)]
        self.assertEqual(len(refused), 2, results)
        self.assertEverythingPosted(session_id, orders)

    def test_stock_is_posted_once_by_parallel_jobs_and_a_closing(self):
        self.addCleanup(setattr, pos_session_stock, "BATCH_ORDERS", pos_session_stock.BATCH_ORDERS)
        pos_session_stock.BATCH_ORDERS = 4
        session_id = self.act_alone(self.open)
        orders = [self.act_alone(self.sell) for _ in range(40)]
        roles = count()

        def post_or_close(env):
            if next(roles):
                return env["pos.session"]._fynlo_cron_post_stock()
            return self.request(env, self.close)

        self.act_alone(self.count)
        results = run_parallel(self.dbname, post_or_close, 4)
        self.assertEqual(results.count(None), 3, results)
        self.assertIn(session_id, results)
        self.assertEverythingPosted(session_id, orders)

    def test_parallel_cash_moves_are_all_kept(self):
        session_id = self.act_alone(self.open)

        def move(env):
            session = env["pos.session"]._fynlo_current_session()
            order = command("move", type="in", amount=150, reason="change")
            return session._fynlo_move_cash(order).id

        results = run_parallel(self.dbname, lambda env: self.request(env, move), 6)
        self.assertEqual(len(set(results)), 6, results)
        with committing_env(self.dbname) as env:
            session = env["pos.session"].browse(session_id)
            self.assertEqual(sorted(session.fynlo_cash_move_ids.ids), sorted(results))
            self.assertEqual(session._fynlo_expected_cash(), 109.0)

    def test_order_that_cannot_be_posted_holds_up_no_other_session(self):
        self.act_alone(self.open)
        order_id = self.act_alone(self.sell)
        post = pos_session_stock.PosSession._fynlo_move_goods

        def fail_once(session, destination, orders):
            if order_id in orders.ids:
                raise UserError("No way to move it.")
            return post(session, destination, orders)

        with (
            patch.object(pos_session_stock.PosSession, "_fynlo_move_goods", fail_once),
            self.assertLogs(pos_session_stock.__name__, "WARNING") as log,
            committing_env(self.dbname) as env,
        ):
            env["pos.session"]._fynlo_cron_post_stock()
        self.assertEqual(len(log.output), 1)
        with committing_env(self.dbname) as env:
            self.assertEqual(env["pos.order"].browse(order_id).fynlo_stock_state, "pending")
            env["pos.session"]._fynlo_cron_post_stock()
            self.assertEqual(env["pos.order"].browse(order_id).fynlo_stock_state, "posted")
