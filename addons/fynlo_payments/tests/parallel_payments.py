"""Card payments under real parallel connections, on rows that are committed."""

import contextlib
import json
import os
from unittest.mock import patch
from uuid import uuid4

from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.addons.fynlo_pos_api.schemas.carts import OrderCreate
from odoo.addons.fynlo_pos_api.tests.parallel_tills import ParallelTills

from ..clients import stripe_calls
from ..controllers.payments import _carry_out
from ..schemas.payments import IntentCreate
from .peers.stripe_events import sign
from .peers.stripe_objects import StripeFault
from .peers.stripe_server import StripePeer


def make(schema, **values):
    """Return a request schema with an id of its own; values are JSON-ready."""
    return schema.model_validate_json(json.dumps({"id": str(uuid4()), **values}))


#: What a fault at the beginning of a payment strikes.
CREATE = "POST /v1/payment_intents$"


class ParallelPayments(ParallelTills):
    """``peer`` is the gateway of the store's card method; a coffee costs 2.75."""

    own_store = False

    def setUp(self):
        super().setUp()
        self.peer = StripePeer()
        self.addCleanup(self.peer.close)
        base = patch.dict(os.environ, {"FYNLO_STRIPE_API_BASE": self.peer.url})
        self.startPatcher(base)
        self.startPatcher(patch.object(stripe_calls, "PAUSES_S", (0, 0)))
        with committing_env(self.dbname) as env:
            env["fynlo.fraud.policy"].search([]).is_on = False  # the same card pays all the time
            provider = env.ref("payment.payment_provider_stripe").copy({"name": "Peer"})
            provider.write(
                {"stripe_secret_key": self.peer.key, "stripe_publishable_key": "pk_test_peer",
                 "stripe_webhook_secret": "whsec_peer", "state": "test"}
            )  # fmt: skip
            self.provider_id = provider.id
            env.cr.execute(
                "UPDATE pos_payment_method SET fynlo_provider_id = %s WHERE fynlo_uuid = %s",
                [provider.id, self.card],
            )
            env.cr.execute("SELECT max(id) FROM pos_payment")
            self.last_payment_id = env.cr.fetchone()[0] or 0
        self.addCleanup(self.put_away)

    def put_away(self):
        with committing_env(self.dbname) as env:
            env["payment.provider"].browse(self.provider_id).state = "disabled"
            env["fynlo.fraud.policy"].search([]).is_on = True
            # What a test has left open: the janitor of the next one would ask for it.
            env.cr.execute(
                """UPDATE fynlo_payment_operation SET state = 'failed'
                   WHERE state IN ('prepared', 'unknown', 'waiting') AND transaction_id IN (
                       SELECT id FROM payment_transaction WHERE provider_id = %s)""",
                [self.provider_id],
            )
            env.cr.execute(
                """UPDATE fynlo_payment_event SET processed_at = now()
                   WHERE processed_at IS NULL AND provider_id = %s""",
                [self.provider_id],
            )
            env.cr.execute(
                """UPDATE payment_transaction SET fynlo_look_at = now() + interval '1 year',
                       fynlo_state = CASE fynlo_state WHEN 'succeeded' THEN 'succeeded'
                                     ELSE 'canceled' END
                   WHERE provider_id = %s AND fynlo_state IS NOT NULL""",
                [self.provider_id],
            )
            env.cr.execute(
                """UPDATE fynlo_payment_split SET state = 'canceled'
                   WHERE state IN ('running', 'compensating')"""
            )

    def open_order(self):
        """Make an order of one coffee and return its id."""
        line = {"id": str(uuid4()), "productId": self.coffee, "quantity": 1}
        command = make(OrderCreate, orderType="dine_in", lines=[line])
        [made] = self.act_at_once(lambda env, _: env["fynlo.checkout"]._fynlo_sell(command).id, 1)
        self.assertIsInstance(made, int, made)
        return str(command.id)

    def intent(self, order, **extra):
        """Return an ``IntentCreate`` that pays a coffee."""
        values = {"orderId": order, "amount": 275, "channel": "online"}
        return make(IntentCreate, **{**values, "paymentMethod": "pm_card_visa", **extra})

    def act(self, function):
        """Return ``function(env)``, called as the cashier of the first till."""
        [result] = self.act_at_once(lambda env, _: function(env), 1)
        if isinstance(result, Exception):
            raise result
        return result

    def begin(self, env, command):
        """Do what the route does, with its commits and its tries; return its reply."""
        return _act(env, lambda: env["fynlo.payment.desk"]._fynlo_begin(command))

    def lose(self, kind="drop_after", **extra):
        """Begin a payment whose answer is lost; return its command."""
        self.peer.fail(CREATE, kind, times=3)
        command = self.intent(self.open_order(), **extra)
        self.assertEqual(self.act(lambda env: self.begin(env, command)).state, "unknown")
        self.peer.faults.clear()
        return command

    def go_on(self, env, payment, kind, command):
        """Do what the routes of a payment do; return the reply."""
        desk = env["fynlo.payment.desk"]
        return _act(env, lambda: desk._fynlo_continue(payment, kind, command))

    def transact(self, env, command):
        """Do what the route of transactions does; return the split's state."""
        splits = env["fynlo.payment.split"]
        return _run(env, lambda: splits._fynlo_begin(command)._fynlo_drive(_state_of, True))

    def prepare(self, function):
        """Leave an operation as a process that died before the call: prepared and committed."""

        def act(env):
            function(env["fynlo.payment.desk"])
            env.cr.commit()

        self.act(act)

    def settle(self):
        """Let the janitor work, as if everything were due."""
        with committing_env(self.dbname) as env:
            env.cr.execute(
                "UPDATE fynlo_payment_operation SET next_try_at = '2020-01-01'"
                " WHERE state IN ('prepared', 'unknown')"
            )
            env.cr.execute(
                "UPDATE fynlo_payment_split SET next_try_at = '2020-01-01'"
                " WHERE state IN ('running', 'compensating')"
            )
            env.cr.commit()
            env["fynlo.payment.janitor"]._fynlo_cron_settle()

    def take_in(self, *events):
        """Let the webhook take events."""
        for event in events:
            payload = json.dumps(event)
            with committing_env(self.dbname) as env:
                signature = sign(payload, ["whsec_peer"])
                env["fynlo.payment.event"]._fynlo_take_in(payload.encode(), signature)

    def look(self):
        """Let the janitor look after payments that are quiet, as if all were due."""
        query = "UPDATE payment_transaction SET fynlo_look_at = '2020-01-01'"
        self.run_sql(f"{query} WHERE provider_id = %s", self.provider_id)
        with committing_env(self.dbname) as env:
            env["fynlo.payment.janitor"]._fynlo_cron_settle()

    def guest_pays(self, method="pm_card_visa"):
        """Let a guest pay the last intent with its secret, without a word to this server."""
        [intent] = self.peer.objects.list("payment_intent")[:1]
        with contextlib.suppress(StripeFault):  # declined
            self.peer.objects.confirm_intent(intent["id"], {"payment_method": method})
        return intent["id"]

    def apply(self):
        """Let the background apply events, as if all were due; return how many are left."""
        query = "UPDATE fynlo_payment_event SET next_try_at = '2020-01-01' WHERE provider_id = %s"
        self.run_sql(query, self.provider_id)
        with committing_env(self.dbname) as env:
            events = env["fynlo.payment.event"]
            events._fynlo_cron_apply()
            return events.search_count(
                [("processed_at", "=", False), ("provider_id", "=", self.provider_id)]
            )

    def run_sql(self, query, *values):
        """Change a row as time or somebody else does; return what it tells."""
        with committing_env(self.dbname) as env:
            env.cr.execute(query, values)
            return env.cr.fetchall() if env.cr.description else []

    def payment(self, command):
        """Return ``(state, captured, whether it is booked, why not)`` of a payment."""
        query = """SELECT fynlo_state, fynlo_captured_minor, fynlo_booked_at IS NOT NULL,
                          fynlo_booking_error
                   FROM payment_transaction WHERE fynlo_uuid = %s"""
        [row] = self.run_sql(query, str(command.id))
        return row

    def operations(self, command):
        """Return ``(kind, state)`` of a payment's operations, the oldest first."""
        query = """SELECT operation.kind, operation.state FROM fynlo_payment_operation AS operation
                   JOIN payment_transaction AS payment ON payment.id = operation.transaction_id
                   WHERE payment.fynlo_uuid = %s ORDER BY operation.id"""
        return self.run_sql(query, str(command.id))

    def asked(self, path):
        """Return how many requests the peer got whose ``"POST /v1/..."`` ends so."""
        return len([1 for method, place, *_ in self.peer.requests if path in f"{method} {place}"])

    def balance(self):
        """Return what the gateway has, in minor units."""
        return self.peer.objects.balance().get("usd", 0)

    def booked(self):
        """Return what the books have of this method since the test began, in minor units."""
        with committing_env(self.dbname) as env:
            payments = env["pos.payment"].search(
                [("payment_method_id.fynlo_uuid", "=", self.card),
                 ("id", ">", self.last_payment_id)]
            )  # fmt: skip
            return round(sum(payments.mapped("amount")) * 100)


def _act(env, prepare):
    return _run(env, lambda: _carry_out(prepare()))


def _run(env, function):
    answer = run_with_retry(env, function)
    return carry_out(env, answer) if isinstance(answer, Later) else answer


def _state_of(split):
    split._fynlo_check_result()
    return split._fynlo_shown_state()
