"""However often, however interrupted: what the gateway has taken is what the books say."""

import itertools
import json
import os

from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import run_parallel
from odoo.tests import tagged

from .parallel_payments import ParallelPayments
from .peers.stripe_events import sign

IS_LONG = bool(os.environ.get("FYNLO_LONG_TESTS"))
CLIENTS = 20
ROUNDS, LONG_ROUNDS = 3, 200
DUPLICATES, LONG_DUPLICATES = 60, 1000


@tagged("post_install", "-at_install")
class TestPaymentsParallel(ParallelPayments):
    def rounds(self):
        return LONG_ROUNDS if IS_LONG else ROUNDS

    def test_many_at_once_with_the_same_id_charge_once(self):
        for number in range(1, self.rounds() + 1):
            command = self.intent(self.open_order())
            results = self.act_at_once(
                lambda env, _, command=command: self.begin(env, command).state, CLIENTS
            )
            self.assertFalse([each for each in results if isinstance(each, Exception)], results)
            self.assertIn("succeeded", results)
            self.settle()
            self.assertEqual(self.peer.objects.balance()["usd"], 275 * number)
            self.assertEqual(self.booked(), 275 * number)

    # --- A gateway that is away

    def test_a_gateway_that_is_away_and_comes_back(self):
        self.peer.fail("POST /v1/payment_intents$", "drop_before", times=6)
        command = self.intent(self.open_order())
        self.assertEqual(
            self.act_at_once(lambda env, _: self.begin(env, command).state, 1), ["unknown"]
        )
        self.settle()
        self.assertEqual(self.booked(), 0)
        self.settle()
        self.assertEqual((self.peer.objects.balance()["usd"], self.booked()), (275, 275))

    # --- Events

    def test_events_in_any_order_make_the_same_books(self):
        taken = 0
        orders = list(itertools.permutations(range(4)))
        for order in orders if IS_LONG else orders[::5]:
            known = len(self.peer.events.log)
            self.peer.fail("POST /v1/payment_intents$", "drop_after", times=3)
            command = self.intent(self.open_order(), captureMethod="manual")
            self.act(lambda env, command=command: self.begin(env, command))
            [intent] = self.peer.objects.list("payment_intent")[:1]
            self.peer.objects.capture_intent(intent["id"], {})  # by somebody in Stripe's dashboard
            events = self.peer.events.log[known:]
            self.assertEqual(len(events), 4)
            # Half of the rounds hear of it before anybody knows how the operation has ended.
            if order[0] % 2:
                self.settle()
            for position in (*order, *order):
                self.take_in(events[position])
                self.apply()
            self.settle()
            taken += 275
            self.assertEqual((self.apply(), self.balance(), self.booked()), (0, taken, taken))

    def test_duplicates_of_an_event_are_booked_once(self):
        """They come in over many connections, also while the first one is applied."""
        command = self.intent(self.open_order(), paymentMethod=None)
        self.act(lambda env: self.begin(env, command))
        self.guest_pays()
        [event] = self.peer.events.take("payment_intent.succeeded")
        payload = json.dumps(event)
        signature, numbers = sign(payload, ["whsec_peer"]), itertools.count()
        times = (LONG_DUPLICATES if IS_LONG else DUPLICATES) // CLIENTS

        def deliver(env):
            is_applying, events = next(numbers) == 0, env["fynlo.payment.event"]
            for _ in range(times):
                run_with_retry(env, lambda: events._fynlo_take_in(payload.encode(), signature))
                env.cr.commit()
                if is_applying:
                    events._fynlo_cron_apply()

        self.assertEqual(run_parallel(self.dbname, deliver, CLIENTS), [None] * CLIENTS)
        self.assertEqual(self.apply(), 0)
        kept = "SELECT count(*) FROM fynlo_payment_event WHERE event_id = %s"
        self.assertEqual(self.run_sql(kept, event["id"]), [(1,)])
        self.assertEqual(self.payment(command), ("succeeded", 275, True, None))
        self.assertEqual((self.balance(), self.booked()), (275, 275))
