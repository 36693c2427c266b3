"""What runs in a transaction runs again after a collision: no gateway is asked from there."""

from collections import Counter
from unittest.mock import patch

import psycopg2
from odoo.sql_db import connection_info_for
from odoo.tests import tagged

from ..clients import stripe_calls
from ..models.fynlo_payment_desk import FynloPaymentDesk
from ..models.fynlo_payment_operation import FynloPaymentOperation
from ..models.payment_transaction_booking import PaymentTransaction
from ..schemas.payments import IntentCancel, IntentCapture, IntentConfirm
from .colliding import colliding
from .parallel_payments import ParallelPayments, make

#: What is run in a transaction of its own, before and after each call.
_STEPS = (
    (FynloPaymentDesk, "_fynlo_begin"),
    (FynloPaymentDesk, "_fynlo_continue"),
    (FynloPaymentOperation, "_fynlo_record"),
    (PaymentTransaction, "_fynlo_book"),
)


@tagged("post_install", "-at_install")
class TestRetry(ParallelPayments):
    def act_out(self):
        """Let the gateway be asked for everything that it can be asked; 5.50 are taken."""
        paid = self.intent(self.open_order())
        self.act(lambda env: self.begin(env, paid))
        held = self.intent(self.open_order(), captureMethod="manual")
        self.act(lambda env: self.begin(env, held))
        self.act(lambda env: self.go_on(env, held.id, "capture", make(IntentCapture)))
        asked = self.intent(self.open_order(), captureMethod="manual", paymentMethod=None)
        self.act(lambda env: self.begin(env, asked))
        card = make(IntentConfirm, paymentMethod="pm_card_visa")
        self.act(lambda env: self.go_on(env, asked.id, "confirm", card))
        self.act(lambda env: self.go_on(env, asked.id, "cancel", make(IntentCancel)))

    def test_each_verb_has_one_effect_however_often_its_transactions_run(self):
        with colliding(*_STEPS) as collisions:
            self.act_out()
        self.assertGreaterEqual(min(collisions.values()), 9, collisions)
        posted = Counter(
            path.rpartition("/")[2] for method, path, *_ in self.peer.requests if method == "POST"
        )
        self.assertEqual(posted, {"payment_intents": 3, "capture": 1, "confirm": 1, "cancel": 1})
        self.assertEqual((self.balance(), self.booked()), (550, 550))

    def test_no_transaction_is_open_while_a_gateway_is_asked(self):
        """Of no connection to the database, whoever asks: till, janitor or event."""
        connection = psycopg2.connect(**connection_info_for(self.dbname)[1])
        connection.autocommit = True
        self.addCleanup(connection.close)
        seen, ask = Counter(), stripe_calls.ask

        def look(call, values_of):
            with connection.cursor() as cr:
                cr.execute("""SELECT count(*) FROM pg_stat_activity
                              WHERE datname = current_database()
                                AND state LIKE 'idle in transaction%'""")
                seen[cr.fetchone()[0]] += 1
            return ask(call, values_of)

        with patch.object(stripe_calls, "ask", look):
            self.act_out()
            self.assertEqual(sum(seen.values()), 6)
            self.peer.fail("POST /v1/payment_intents$", "drop_after", times=3)
            lost = self.intent(self.open_order())
            self.act(lambda env: self.begin(env, lost))
            self.settle()
            self.take_in(*self.peer.events.take("payment_intent.succeeded"))
            self.assertEqual(self.apply(), 0)
        self.assertEqual(set(seen), {0}, seen)
        self.assertGreaterEqual(sum(seen.values()), 6 + 3 + 2 + 3)  # the janitor looks at more
        self.assertEqual((self.balance(), self.booked()), (825, 825))
