"""The job that applies events: many at once, each by itself."""

import itertools
import threading
from collections import Counter
from unittest.mock import patch

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..clients.stripe_shop import StripeShop
from ..models import payment_transaction_events
from ..models.payment_transaction_events import PaymentTransaction
from .parallel_shop import ParallelShop

_POSTING = "payment.cron_post_process_payment_tx"


@tagged("post_install", "-at_install")
class TestEventJob(ParallelShop):
    def pay_unheard(self, number):
        """Pay so often that nobody here hears of it; return the ids, and the events taken in."""
        known, payments = len(self.peer.events.log), []
        for _ in range(number):
            self.peer.fail("POST /v1/payment_intents$", "drop_after")
            payments.append(self.pay())
        events = [each for each in self.peer.events.log[known:]
                  if each["type"] == "payment_intent.succeeded"]  # fmt: skip
        for event in events:
            self.take_in(event, apply=False)
        return payments

    def apply(self):
        """Let the job run once; return how many statements it took."""
        with committing_env(self.dbname) as env:
            env["fynlo.payment.event"]._fynlo_cron_apply()
            env.cr.commit()
            return env.cr.sql_log_count

    def triggers(self):
        """Return how often Odoo was told to post; forget it."""
        with committing_env(self.dbname) as env:
            found = env["ir.cron.trigger"].search([("cron_id", "=", env.ref(_POSTING).id)])
            number = len(found)
            found.unlink()
            env.cr.commit()
        return number

    def states(self, payments):
        return [self.told_of(payment)[0] for payment in payments]

    def test_gateways_are_asked_at_once(self):
        payments = self.pay_unheard(3)
        gate, ask = threading.Barrier(3), StripeShop.read_payment

        def ask_together(*args):
            gate.wait(10)
            return ask(*args)

        with patch.object(StripeShop, "read_payment", ask_together):
            self.apply()
        self.assertEqual(self.states(payments), ["done"] * 3)

    def test_what_is_told_of_one_payment_is_applied_one_after_another(self):
        [payment] = self.pay_unheard(1)
        [intent] = self.peer.objects.list("payment_intent")[:1]
        self.peer.objects.create_refund({"payment_intent": intent["id"], "amount": "250"})
        for event in self.peer.events.take("charge.refunded")[-1:]:
            self.take_in(event, apply=False)
        lock, ask = threading.Lock(), StripeShop.read_payment

        def ask_alone(*args):
            self.assertTrue(lock.acquire(blocking=False))
            try:
                return ask(*args)
            finally:
                lock.release()

        with patch.object(StripeShop, "read_payment", ask_alone):
            self.apply()
        self.assertEqual(self.told_of(payment), ("done", {("refund", -2.5, "done"): 1}))

    def test_one_that_breaks_does_not_keep_the_others(self):
        payments, numbers = self.pay_unheard(3), itertools.count()
        follow = PaymentTransaction._fynlo_follow_stripe

        def break_once(*args):
            if not next(numbers):
                raise ZeroDivisionError
            return follow(*args)

        log = "odoo.addons.fynlo_payments.models.fynlo_payment_event_job"
        with (
            patch.object(PaymentTransaction, "_fynlo_follow_stripe", break_once),
            self.assertLogs(log, "ERROR"),
        ):
            self.apply()
        self.assertEqual(self.states(payments), ["error", "done", "done"])

    def test_many_events_are_cheap(self):
        """Each takes as many statements as the one before, on a connection that is open."""
        self.triggers()
        self.pay_unheard(1)
        self.apply()  # warms up
        self.assertEqual(self.triggers(), 3)  # at once, at the end, and for the case of death
        connected, accept = Counter(), self.peer.server.get_request

        def count():
            connected["number"] += 1
            return accept()

        taken = {}
        for number in (4, 8):
            payments = self.pay_unheard(number)
            with patch.object(self.peer.server, "get_request", count):
                taken[number] = self.apply()
            self.assertEqual(self.states(payments), ["done"] * number)
            self.assertEqual(self.triggers(), 3)
        self.assertEqual((taken[8] - taken[4]) / 4, 16)
        self.assertLessEqual(connected["number"], 8)

    def test_odoo_posts_in_turns(self):
        with committing_env(self.dbname) as env:  # what other tests have left
            env.cr.execute("UPDATE payment_transaction SET is_post_processed = true")
        payments, posted = self.pay_unheard(3), []
        self.apply()

        def post(payment):
            posted.extend(payment.ids)
            payment.is_post_processed = True

        self.triggers()
        with committing_env(self.dbname) as env:
            model = env.registry["payment.transaction"]
        changes = {"_POST_S": 2, "_POST_MOST": 1}
        clock = itertools.count()
        with (
            patch.multiple(payment_transaction_events, **changes),
            patch.object(payment_transaction_events.time, "monotonic", lambda: next(clock)),
            patch.object(model, "_post_process", post),
        ):
            for turns in range(3):
                self.assertEqual(len(posted), turns)
                with committing_env(self.dbname) as env:
                    env["payment.transaction"]._cron_post_process()
        self.assertEqual(posted, payments[::-1])
        self.assertEqual(self.triggers(), 2)
