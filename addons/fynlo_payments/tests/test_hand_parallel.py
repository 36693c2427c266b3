"""What a manager says of a payment whose end nobody learns: he may be wrong, or one of two."""

from unittest.mock import patch

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_pos_api.schemas.carts import OrderPaymentCreate
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..clients.stripe_gateway import StripeGateway
from ..schemas.payments import IntentCancel
from .parallel_payments import CREATE, ParallelPayments, make


@tagged("post_install", "-at_install")
class TestHand(ParallelPayments):
    def setUp(self):
        super().setUp()
        # What one test has settled is looked for by the next one's janitor.
        self.addCleanup(self.run_sql, "UPDATE fynlo_payment_operation SET doubted_until = NULL")

    def by_hand(self, env, command, verdict="nothing"):
        found = env["payment.transaction"].search([("fynlo_uuid", "=", str(command.id))])
        found.sudo()._fynlo_settle_by_hand(verdict, "seen in the dashboard")

    def settle_by_hand(self, command, verdict="nothing"):
        with committing_env(self.dbname) as env:
            self.by_hand(env, command, verdict)

    def look_again(self):
        """Let the janitor work as if it were time to look for what was settled by hand."""
        query = "UPDATE fynlo_payment_operation SET next_try_at = '2020-01-01'"
        self.run_sql(f"{query} WHERE doubted_until IS NOT NULL")
        with committing_env(self.dbname) as env:
            env["fynlo.payment.janitor"]._fynlo_cron_settle()

    def pay_cash(self, order):
        """Pay a coffee in cash and return the order's state."""
        with committing_env(self.dbname) as env:
            store = env["pos.session"].browse(self.session_id).config_id
            cash = store.payment_method_ids.filtered("is_cash_count")[0].fynlo_uuid
        command = make(OrderPaymentCreate, method=cash, amount=275)
        return self.act(lambda env: env["fynlo.order.payment"]._fynlo_pay_order(
            order, command).state)  # fmt: skip

    def trail(self, command, action):
        """Return the data of the audit trail's entries about a payment's operations."""
        with committing_env(self.dbname) as env:
            payment = env["payment.transaction"].search([("fynlo_uuid", "=", str(command.id))])
            domain = [("action", "=", action), ("model", "=", "fynlo.payment.operation")]
            domain += [("res_id", "in", payment.sudo().fynlo_operation_ids.ids)]
            return env["fynlo.audit"].search(domain).mapped("data")

    def test_money_that_was_taken_after_all_is_found_without_an_event(self):
        command = self.lose()
        self.settle_by_hand(command)
        self.assertEqual(self.payment(command)[0], "failed")
        self.assertEqual(self.pay_cash(command.order_id), "paid")
        with committing_env(self.dbname) as env:
            env["fynlo.payment.janitor"]._fynlo_cron_settle()
        self.assertEqual(self.payment(command)[0], "failed")  # not yet
        self.look_again()
        self.assertEqual(self.payment(command), ("succeeded", 275, False, "illegal_transition"))
        [found] = self.trail(command, "payment.found_after_all")
        self.assertEqual((found["kind"], found["amount_minor"]), ("create", 275))
        looked = self.asked("GET /v1/payment_intents/search")
        self.look_again()
        self.assertEqual(self.asked("GET /v1/payment_intents/search"), looked, self.peer.requests)
        self.run_sql("UPDATE payment_transaction SET fynlo_booked_at = now() WHERE fynlo_uuid = %s",
                     str(command.id))  # fmt: skip

    def test_what_is_held_after_all_is_let_go(self):
        command = self.lose(captureMethod="manual")
        self.settle_by_hand(command)
        self.assertEqual(self.pay_cash(command.order_id), "paid")
        self.look_again()
        [intent] = self.peer.objects.list("payment_intent")
        self.assertEqual((intent["status"], self.payment(command)[0]), ("canceled", "canceled"))
        self.assertEqual(self.balance(), 0)

    def test_what_was_never_there_is_looked_for_a_day_and_not_asked_again(self):
        command = self.lose("drop_before")
        self.settle_by_hand(command)
        asked = self.asked(CREATE[:-1])
        self.look_again()
        self.assertEqual((self.payment(command)[0], self.balance()), ("failed", 0))
        self.assertGreater(self.asked("GET /v1/payment_intents/search"), 0)
        self.run_sql(
            """UPDATE fynlo_payment_operation SET doubted_until = '2020-01-01'
               WHERE doubted_until IS NOT NULL"""
        )
        looked = self.asked("GET /v1/payment_intents/search")
        self.look_again()
        searched = self.asked("GET /v1/payment_intents/search")
        self.assertEqual((searched, self.asked(CREATE[:-1])), (looked, asked))

    def test_two_managers_settle_it_once(self):
        command = self.lose("drop_before")

        def settle(env, _):
            try:
                run_with_retry(env, lambda: self.by_hand(env, command))
            except UserError:
                return "too late"
            return "settled"

        told = self.act_at_once(settle, 4)
        self.assertEqual(sorted(map(str, told)), ["settled"] + ["too late"] * 3, told)
        self.assertEqual(len(self.trail(command, "payment.settled_by_hand")), 1)

    def test_an_answer_that_comes_after_the_manager_counts(self):
        command, create = self.lose("drop_before"), StripeGateway.create_intent

        def create_slowly(*args):
            outcome = create(*args)
            self.settle_by_hand(command)
            return outcome

        with patch.object(StripeGateway, "create_intent", create_slowly):
            told = self.act(lambda env: self.begin(env, command))
        self.assertEqual((told.state, told.booked), ("succeeded", True))
        self.assertEqual((self.balance(), self.booked()), (275, 275))

    def test_what_has_lost_its_process_is_settled_too(self):
        command = self.intent(self.open_order())
        self.prepare(lambda desk: desk._fynlo_begin(command))
        with self.assertRaises(UserError):  # somebody may be asking
            self.settle_by_hand(command)
        self.run_sql("UPDATE fynlo_payment_operation SET asked_at = now() - interval '1 h'"
                     " WHERE fynlo_uuid = %s", str(command.id))  # fmt: skip
        self.settle_by_hand(command)
        self.assertEqual(self.payment(command)[0], "failed")

    def test_a_cancellation_that_waits_ends_with_it(self):
        command, body = self.lose("drop_before"), make(IntentCancel)
        told = self.act(lambda env: self.go_on(env, command.id, "cancel", body))
        self.assertEqual(told.state, "canceling")
        self.settle_by_hand(command)
        self.assertEqual(self.operations(command), [("create", "failed"), ("cancel", "canceled")])
        self.assertEqual(self.pay_cash(command.order_id), "paid")
