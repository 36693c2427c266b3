"""Payments that others move: guests with a secret, banks, dashboards; their events may be lost."""

from unittest.mock import patch

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_pos_api.exceptions import PaymentUnderWayError
from odoo.addons.fynlo_pos_api.schemas.carts import OrderPaymentCreate
from odoo.tests import tagged

from ..exceptions import CardDeclinedError
from ..models import fynlo_payment_event_job
from ..schemas.payments import IntentCancel
from .parallel_payments import ParallelPayments, make


@tagged("post_install", "-at_install")
class TestQuiet(ParallelPayments):
    def begin_open(self, **extra):
        """Return the command of a payment that the guest pays with his secret."""
        command = self.intent(self.open_order(), paymentMethod=None, **extra)
        self.assertEqual(self.act(lambda env: self.begin(env, command)).state, "requires_action")
        return command

    # --- Nobody tells

    def test_a_charge_whose_event_is_lost_is_found(self):
        command = self.begin_open()
        self.guest_pays()
        self.settle()
        self.assertEqual(self.payment(command)[0], "requires_action")  # too early
        self.look()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
        bank = self.intent(self.open_order(), paymentMethod="pm_bank")
        self.assertEqual(self.act(lambda env: self.begin(env, bank)).state, "processing")
        [intent] = self.peer.objects.list("payment_intent")[:1]
        self.peer.objects.settle(intent["id"])
        self.look()
        self.assertEqual(self.payment(bank), ("succeeded", 275, True, None))
        self.assertEqual((self.balance(), self.booked()), (550, 550))

    def test_what_stays_as_it_is_is_looked_at_ever_more_seldom(self):
        command = self.begin_open()
        query = """SELECT fynlo_looks, round(extract(epoch FROM fynlo_look_at
                       - now() AT TIME ZONE 'UTC') / 60)
                   FROM payment_transaction WHERE fynlo_uuid = %s"""
        for expected in ((1, 2), (2, 4), (3, 8)):
            self.look()
            self.assertEqual(self.run_sql(query, str(command.id)), [expected])
        self.run_sql("UPDATE payment_transaction SET fynlo_looks = 9")
        self.look()
        self.assertEqual(self.run_sql(query, str(command.id)), [(10, 60)])
        self.act(lambda env: self.go_on(env, command.id, "cancel", make(IntentCancel)))
        asked = len(self.peer.requests)
        self.look()
        self.assertEqual(len(self.peer.requests), asked)

    # --- Cards that were declined, and can be tried again by the guest

    def pay_cash(self, order):
        """Pay a coffee in cash; return the error, if there is one, else the order's state."""
        with committing_env(self.dbname) as env:
            store = env["pos.session"].browse(self.session_id).config_id
            cash = store.payment_method_ids.filtered("is_cash_count")[0].fynlo_uuid
        command = make(OrderPaymentCreate, method=cash, amount=275)
        [told] = self.act_at_once(
            lambda env, _: env["fynlo.order.payment"]._fynlo_pay_order(order, command).state, 1
        )
        return told

    def test_what_a_guest_can_still_pay_is_cancelled_before_other_money_is_taken(self):
        command = self.begin_open()
        self.guest_pays("pm_card_chargeDeclined")
        self.look()
        self.assertEqual(self.payment(command)[0], "declined")
        facts = {"payments": [str(command.id)], "amount": 275}
        refused = self.pay_cash(command.order_id)
        self.assertEqual((refused.code, refused.details), ("payment_under_way", facts))
        other = self.intent(str(command.order_id))
        with self.assertRaises(PaymentUnderWayError) as refused:
            self.act(lambda env: self.begin(env, other))
        self.assertEqual(refused.exception.details, facts)
        cancel = make(IntentCancel)
        told = self.act(lambda env: self.go_on(env, command.id, "cancel", cancel))
        self.assertEqual(told.state, "canceled")
        self.assertEqual(self.pay_cash(command.order_id), "paid")
        self.guest_pays()  # too late
        self.assertEqual((self.balance(), self.booked()), (0, 0))

    def test_a_card_that_this_server_has_confirmed_holds_nothing_once_it_is_declined(self):
        command = self.intent(self.open_order(), paymentMethod="pm_card_chargeDeclined")
        self.assertRaises(CardDeclinedError, self.act, lambda env: self.begin(env, command))
        self.assertEqual(self.pay_cash(command.order_id), "paid")

    def test_a_cancellation_that_was_refused_is_asked_again(self):
        command = self.begin_open()
        query = "UPDATE pos_order SET state = %s WHERE uuid = %s"
        self.run_sql(query, "cancel", str(command.order_id))
        self.peer.fail("cancel", "401")
        self.settle()
        self.settle()  # not at once
        known = [("create", "requires_action"), ("cancel", "failed")]
        self.assertEqual(self.operations(command), known)
        self.run_sql(
            """UPDATE fynlo_payment_operation SET write_date = write_date - interval '3 min'
               WHERE kind = 'cancel'"""
        )
        self.settle()
        self.assertEqual(self.operations(command), [*known, ("cancel", "canceled")])
        self.run_sql(query, "draft", str(command.order_id))

    # --- Whose event it is

    def test_an_event_finds_its_payment_whoever_shares_the_account(self):
        with committing_env(self.dbname) as env:
            mine = env["payment.provider"].browse(self.provider_id)
            twin = mine.copy({"name": "Twin", "sequence": -1})
            names = ("stripe_secret_key", "stripe_publishable_key", "stripe_webhook_secret")
            twin.write({name: mine[name] for name in names})
        command = self.begin_open()
        self.guest_pays()
        with committing_env(self.dbname) as env:  # switched off while the guest pays
            env["payment.provider"].browse(self.provider_id).state = "disabled"
        self.take_in(*self.peer.events.take("payment_intent.succeeded"))
        self.apply()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))

    def test_events_that_wait_keep_no_others_waiting(self):
        self.peer.fail("POST /v1/payment_intents$", "drop_after", times=3)
        busy = self.intent(self.open_order())
        self.act(lambda env: self.begin(env, busy))
        subject = {"object": "payment_intent", "id": "pi_busy"}
        subject["metadata"] = {"fynlo_payment": str(busy.id)}
        event = {"type": "x", "data": {"object": subject}}
        self.take_in(*({**event, "id": f"evt_busy_{number}"} for number in range(5)))
        command = self.begin_open()
        self.guest_pays()
        self.take_in(self.peer.events.log[-1])
        self.apply()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
        self.settle()

    def test_a_run_that_takes_too_long_is_gone_on_with_by_another_one(self):
        command = self.begin_open()
        self.guest_pays()
        self.take_in(self.peer.events.log[-1])
        job = "ir_cron_fynlo_payment_events"
        query = """DELETE FROM ir_cron_trigger WHERE cron_id =
                       (SELECT res_id FROM ir_model_data WHERE name = %s) RETURNING 1"""
        self.run_sql(query, job)
        with patch.object(fynlo_payment_event_job, "_RUN_S", 0), committing_env(self.dbname) as env:
            env["fynlo.payment.event"]._fynlo_cron_apply()
        self.assertEqual(self.payment(command)[0], "requires_action")
        self.assertEqual(self.run_sql(query, job), [(1,)])
        self.apply()
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
