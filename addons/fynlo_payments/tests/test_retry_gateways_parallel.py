"""The verbs of card readers and of Square: whatever runs again, each is asked for once."""

import os
from collections import Counter
from functools import partial
from unittest.mock import patch

from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..models.fynlo_payment_desk import FynloPaymentDesk
from ..models.fynlo_payment_desk_terminal import FynloPaymentDesk as FynloPaymentDeskTerminal
from ..models.fynlo_payment_operation import FynloPaymentOperation
from ..models.fynlo_payment_refund import FynloPaymentRefund
from ..models.fynlo_payment_refund_steps import FynloPaymentRefund as FynloPaymentRefundSteps
from ..models.payment_transaction_booking import PaymentTransaction
from ..schemas.payments import IntentCancel, IntentCapture
from ..schemas.refunds import PaymentRefundCreate
from ..schemas.terminal import ReaderProcess
from .colliding import collide_twice, colliding
from .parallel_payments import ParallelPayments, _act, make
from .peers.square_server import SquarePeer

_CARD = "cnon:card-nonce-ok"


@tagged("post_install", "-at_install")
class TestRetryReader(ParallelPayments):
    def setUp(self):
        super().setUp()
        location = self.peer.terminal.add_location("Corner")["id"]
        self.reader = self.peer.terminal.add_reader("Counter", location)
        with committing_env(self.dbname) as env:
            store = env["pos.config"].browse(self.principals[0].store_id)
            store.fynlo_terminal_location = location

    def posted(self):
        return Counter(path for method, path, *_ in self.peer.requests if method == "POST")

    def ask(self, collisions, make_call):
        """Do what a route does that asks for something about readers; each step collides twice.

        :param make_call: a method of the desk that returns ``(call, what tells of the answer)``
        """

        def act(env):
            prepare = collide_twice(partial(make_call, env["fynlo.payment.desk"]), collisions, "p")
            call, tell = run_with_retry(env, prepare)
            tell = tell if callable(tell) else lambda outcome: outcome
            return carry_out(env, Later(call=call, steps=(collide_twice(tell, collisions, "t"),)))

        return self.act(act)

    def test_a_reader_is_asked_once(self):
        collisions = Counter()
        found = self.ask(collisions, lambda desk: desk._fynlo_make_readers_call())
        with committing_env(self.dbname) as env:
            kept = env["fynlo.terminal.reader"].search([("reader_ref", "=", self.reader["id"])])
            reader = kept.fynlo_uuid
        self.assertEqual(len(found), len(kept))
        self.ask(collisions, lambda desk: desk._fynlo_make_token_call())
        paid = self.intent(self.open_order(), paymentMethod=None, channel="card_present")
        self.act(lambda env: self.begin(env, paid))
        command = make(ReaderProcess, paymentId=str(paid.id))
        steps = (
            (FynloPaymentDeskTerminal, "_fynlo_process"),
            (FynloPaymentOperation, "_fynlo_record"),
        )
        with colliding(*steps) as seen:
            self.act(
                lambda env: _act(
                    env, lambda: env["fynlo.payment.desk"]._fynlo_process(reader, command)
                )
            )
        self.assertEqual(seen, {"_fynlo_process": 3, "_fynlo_record": 3})
        self.peer.terminal.present(self.reader["id"])
        self.look()
        self.ask(collisions, lambda desk: desk._fynlo_make_stop_call(reader))
        self.assertEqual(collisions, {"p": 9, "t": 9})
        place = f"/v1/terminal/readers/{self.reader['id']}"
        self.assertEqual(self.posted(), {
            "/v1/terminal/connection_tokens": 1, "/v1/payment_intents": 1,
            f"{place}/process_payment_intent": 1, f"{place}/cancel_action": 1,
        })  # fmt: skip
        self.assertEqual((self.balance(), self.booked()), (275, 275))


@tagged("post_install", "-at_install")
class TestRetrySquare(ParallelPayments):
    def setUp(self):
        super().setUp()
        self.square = SquarePeer()
        self.addCleanup(self.square.close)
        self.startPatcher(patch.dict(os.environ, {"FYNLO_SQUARE_API_BASE": self.square.url}))
        self.put_away()  # Stripe's provider
        with committing_env(self.dbname) as env:
            env["fynlo.fraud.policy"].search([]).is_on = False
            provider = env.ref("fynlo_payments.payment_provider_square").copy({"name": "Peer"})
            provider.write(
                {"square_access_token": self.square.token, "state": "test",
                 "square_location": self.square.location}
            )  # fmt: skip
            self.provider_id = provider.id
            query = "UPDATE pos_payment_method SET fynlo_provider_id = %s WHERE fynlo_uuid = %s"
            env.cr.execute(query, [provider.id, self.card])
            store = env["pos.config"].browse(self.principals[0].store_id)
            store.fynlo_refund_role = "cashier"

    def pay(self, **extra):
        command = self.intent(self.open_order(), paymentMethod=_CARD, **extra)
        self.act(lambda env: self.begin(env, command))
        return command.id

    def refund(self, env, payment, command):
        refunds = env["fynlo.payment.refund"]
        answer = run_with_retry(env, lambda: refunds._fynlo_refund_payment(payment, command))
        return carry_out(env, answer).state

    def test_each_verb_has_one_effect_however_often_its_transactions_run(self):
        steps = (
            (FynloPaymentDesk, "_fynlo_begin"),
            (FynloPaymentDesk, "_fynlo_continue"),
            (FynloPaymentOperation, "_fynlo_record"),
            (FynloPaymentRefund, "_fynlo_refund_payment"),
            (FynloPaymentRefundSteps, "_fynlo_book"),
            (PaymentTransaction, "_fynlo_book"),
        )
        give = make(PaymentRefundCreate, amount=75, reason="cold")
        with colliding(*steps) as collisions:
            paid = self.pay()
            taken, gone = self.pay(captureMethod="manual"), self.pay(captureMethod="manual")
            self.act(lambda env: self.go_on(env, taken, "capture", make(IntentCapture)))
            self.act(lambda env: self.go_on(env, gone, "cancel", make(IntentCancel)))
            self.assertEqual(self.act(lambda env: self.refund(env, paid, give)), "booked")
        self.assertGreaterEqual(min(collisions.values()), 3, collisions)
        asked = Counter(
            path.rpartition("/")[2] for method, path, _ in self.square.requests if method == "POST"
        )
        self.assertEqual(asked, {"payments": 3, "complete": 1, "cancel": 1, "refunds": 1})
        self.assertEqual((self.square.balance(), self.booked()), (475, 475))
