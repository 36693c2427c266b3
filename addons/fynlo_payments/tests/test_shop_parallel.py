"""The web shop's own calls: whatever Odoo tries again, the gateway does once."""

import itertools
import os
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.exceptions import ConcurrencyError
from odoo.service.model import retrying
from odoo.tests import tagged

from ..models.payment_provider_keys import PaymentProvider
from ..models.payment_transaction_shop import PaymentTransaction
from .parallel_shop import ParallelShop


@contextmanager
def odoo_alone():
    """Let the calls go out as Odoo's own addon makes them."""

    def send(self, *args, **kwargs):
        return super(PaymentTransaction, self)._send_api_request(*args, **kwargs)

    def post(self, *args, **kwargs):
        return super(PaymentProvider, self)._send_api_request(*args, **kwargs)

    with (
        patch.object(PaymentTransaction, "_send_api_request", send),
        patch.object(PaymentProvider, "_send_api_request", post),
    ):
        yield


@tagged("post_install", "-at_install")
class TestShopParallel(ParallelShop):
    def act(self, payment_id, name, *args, collisions=2):
        """Do ``name`` to a payment as a request does that collides twice; return its children."""
        tries = itertools.count()

        def act(payment):
            getattr(payment, name)(*args)
            payment.env.cr.flush()
            if next(tries) < collisions:
                raise ConcurrencyError()

        with committing_env(self.dbname) as env, patch("time.sleep"):
            payment = env["payment.transaction"].browse(payment_id)
            retrying(lambda: act(payment), env)
        return self.told_of(payment_id)

    def posts(self, path):
        return [each for each in self.peer.requests if each[0] == "POST" and path in each[1]]

    # --- Odoo tries again

    def test_a_refund_that_is_tried_again_is_one(self):
        state, children = self.act(self.pay(), "_refund", 4.0)
        self.assertEqual(self.peer.objects.balance(), {"usd": 600})
        self.assertEqual((state, children), ("done", {("refund", -4.0, "done"): 1}))
        self.assertEqual(len(self.posts("/refunds")), 3)
        with odoo_alone():
            self.act(self.pay(), "_refund", 2.0)
        self.assertEqual(self.peer.objects.balance(), {"usd": 600 + 1000 - 3 * 200})

    def test_a_capture_that_is_tried_again_is_one(self):
        state, children = self.act(self.pay("manual"), "_capture")
        self.assertEqual((state, children), ("done", {("capture", 10.0, "done"): 1}))
        with odoo_alone():
            state, children = self.act(self.pay("manual"), "_capture")
        # The money is taken; Odoo alone says that it is not.
        self.assertEqual(self.peer.objects.balance(), {"usd": 2000})
        self.assertEqual((state, children), ("authorized", {("capture", 10.0, "error"): 1}))

    def test_a_cancellation_that_is_tried_again_is_one(self):
        state, children = self.act(self.pay("manual"), "_void")
        self.assertEqual((state, children), ("cancel", {("void", 10.0, "cancel"): 1}))
        with odoo_alone():
            state, children = self.act(self.pay("manual"), "_void")
        self.assertEqual((state, children), ("authorized", {("void", 10.0, "error"): 1}))

    def test_two_refunds_of_the_same_amount_are_two(self):
        payment = self.pay()
        self.act(payment, "_refund", 4.0)
        state, children = self.act(payment, "_refund", 4.0)
        self.assertEqual(children, {("refund", -4.0, "done"): 2})
        self.assertEqual(self.peer.objects.balance(), {"usd": 200})

    def test_another_refund_between_two_tries_is_another(self):
        payment, done = self.pay(), []

        def refund_while_another_does(env):
            env["payment.transaction"].browse(payment)._refund(4.0)
            if not done:
                done.append(True)
                env.cr.rollback()
                self.act(payment, "_refund", 3.0, collisions=0)
                raise ConcurrencyError()

        with committing_env(self.dbname) as env, patch("time.sleep"):
            retrying(lambda: refund_while_another_does(env), env)
        self.assertEqual(self.peer.objects.balance(), {"usd": 300})
        _, children = self.told_of(payment)
        self.assertEqual(children, {("refund", -3.0, "done"): 1, ("refund", -4.0, "done"): 1})

    def test_what_a_provider_posts_is_posted_once_per_request(self):
        def ask(env):
            provider = env["payment.provider"].browse(self.provider_id)
            for _ in range(2):  # two guests at readers
                provider._send_api_request("POST", "payment_intents", data=intent)
            if next(tries) < 2:
                raise ConcurrencyError()

        intent = {"amount": 500, "currency": "usd"}
        for made in (2, 4):
            tries = itertools.count()
            with committing_env(self.dbname) as env, patch("time.sleep"):
                retrying(lambda env=env: ask(env), env)
            self.assertEqual(len(self.peer.objects.list("payment_intent")), made)

    # --- No answer

    def test_a_lost_answer_is_no_refusal(self):
        cases = (("automatic", "_refund", "refunds", (-10.0, "done"), "done"),
                 ("manual", "_capture", "capture", (10.0, "done"), "done"),
                 ("manual", "_void", "cancel", (10.0, "cancel"), "cancel"))  # fmt: skip
        for fault in ("drop_before", "drop_after", "500_after"):
            for capture, name, path, ended, state in cases:
                with self.subTest(f"{fault} {name}"):
                    payment = self.pay(capture)
                    self.peer.fail(f"POST .*{path}$", fault)
                    _, children = self.act(payment, name, collisions=0)
                    kind = name.removeprefix("_")
                    self.assertEqual(children, {(kind, ended[0], "pending"): 1})
                    self.settle()
                    self.assertEqual(self.told_of(payment), (state, {(kind, *ended): 1}))
                    if name == "_refund":
                        [intent] = self.peer.objects.list("payment_intent")[:1]
                        refunds = self.peer.objects.list("refund", payment_intent=intent["id"])
                        self.assertEqual(len(refunds), 1)

    def test_a_refusal_is_told_at_once(self):
        payment = self.pay()
        self.act(payment, "_refund", 10.0, collisions=0)
        _, children = self.act(payment, "_refund", 1.0, collisions=0)
        self.assertEqual(children, {("refund", -10.0, "done"): 1, ("refund", -1.0, "error"): 1})

    # --- Events

    def test_events_in_any_order_end_the_same(self):
        orders = list(itertools.permutations(range(4)))
        for order in orders if os.environ.get("FYNLO_LONG_TESTS") else orders[::8]:
            known = len(self.peer.events.log)
            self.peer.fail("POST /v1/payment_intents$", "drop_after")
            payment = self.pay("manual")
            self.assertEqual(self.told_of(payment)[0], "error")  # Odoo's word for a lost answer
            [intent] = self.peer.objects.list("payment_intent")[:1]
            self.peer.objects.capture_intent(intent["id"], {})
            self.peer.objects.create_refund({"payment_intent": intent["id"], "amount": "250"})
            wanted = ("payment_intent.amount_capturable_updated", "payment_intent.succeeded",
                      "refund.created", "charge.refunded")  # fmt: skip
            events = [each for each in self.peer.events.log[known:] if each["type"] in wanted]
            self.assertEqual(len(events), 4)
            for position in (*order, *order):
                self.take_in(events[position])
            self.assertEqual(self.told_of(payment), ("done", {("refund", -2.5, "done"): 1}))

    def test_an_event_before_the_refund_is_committed_makes_no_second_one(self):
        payment = self.pay()
        with committing_env(self.dbname) as env:
            env["payment.transaction"].browse(payment)._refund(4.0)
            self.take_in(self.peer.events.take("refund.created")[-1])
        self.take_in(self.peer.events.take("charge.refunded")[-1])
        self.assertEqual(self.told_of(payment)[1], {("refund", -4.0, "done"): 1})

    def test_a_refund_whose_process_died_is_found(self):
        payment = self.pay()
        with committing_env(self.dbname) as env:
            env["payment.transaction"].browse(payment)._refund(4.0)
            env.cr.rollback()
        self.take_in(self.peer.events.take("refund.created")[-1])
        self.assertEqual(self.told_of(payment)[1], {})
        with committing_env(self.dbname) as env:
            env.cr.execute("UPDATE fynlo_payment_event SET created_at = '2020-01-01',"
                           " next_try_at = '2020-01-01'")  # fmt: skip
            env.cr.commit()
            env["fynlo.payment.event"]._fynlo_cron_apply()
        self.assertEqual(self.told_of(payment)[1], {("refund", -4.0, "done"): 1})
        self.take_in(self.peer.events.take("charge.refunded")[-1])
        self.assertEqual(self.told_of(payment)[1], {("refund", -4.0, "done"): 1})
