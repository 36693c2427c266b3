"""One token, many tills at once: it pays once."""

import base64
import os
from collections import Counter
from contextlib import ExitStack
from functools import partial
from unittest.mock import patch

from odoo.addons.fynlo_base.http.later import Later, carry_out
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged
from psycopg2.errors import SerializationFailure
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from ..clients import apple_pay as client
from ..clients import stripe_calls
from ..controllers.apple_pay import _ask_session, _pay
from ..engine import apple_pay_root
from ..exceptions import ApplePayTokenUsedError
from ..models.fynlo_apple_pay_process import FynloApplePay
from ..schemas.apple_pay import ApplePayProcess, ApplePaySessionCreate
from .apple_case import IDENTIFIER, make_certificate, make_merchant
from .parallel_payments import ParallelPayments, make
from .peers.apple_ca import AppleAuthority

CLIENTS = 12


@tagged("post_install", "-at_install")
class TestApplePayParallel(ParallelPayments):
    def setUp(self):
        super().setUp()
        self.apple = AppleAuthority()
        root = patch.object(apple_pay_root, "apple_root", lambda: self.apple.root)
        root.start()
        self.addCleanup(root.stop)
        with committing_env(self.dbname) as env:
            provider = env["payment.provider"].browse(self.provider_id)
            merchant = make_merchant(env, provider)
            self.merchant_id = merchant.id
            processing = make_certificate(self.apple, merchant, "processing")
            self.public = base64.b64decode(processing.public_key)

    def put_away(self):
        with committing_env(self.dbname) as env:
            env["fynlo.apple.pay.merchant"].browse(self.merchant_id).active = False
        super().put_away()

    def command(self, order, data, method="pm_card_visa"):
        values = {"orderId": order, "amount": 275, "token": {"paymentData": data}}
        return make(ApplePayProcess, paymentMethod=method, **values)

    def process(self, env, command):
        """Do what the route does, with its commits and its tries; return its reply."""
        return self.carry(env, lambda: _pay(env["fynlo.apple.pay"], command))

    def carry(self, env, handle):
        answer = run_with_retry(env, handle)
        return carry_out(env, answer) if isinstance(answer, Later) else answer

    def test_one_token_for_many_payments(self):
        order = self.open_order()
        data = self.apple.mint(order, self.public, IDENTIFIER)
        commands = [self.command(order, data) for _ in range(CLIENTS)]
        results = self.act_at_once(
            lambda env, number: self.process(env, commands[number]).state, CLIENTS
        )
        self.assertEqual(results.count("succeeded"), 1, results)
        refused = [each for each in results if isinstance(each, ApplePayTokenUsedError)]
        self.assertEqual(len(refused), CLIENTS - 1, results)
        self.assertEqual(self.balance(), 275)
        self.assertEqual(self.booked(), 275)

    def test_the_same_command_many_times(self):
        order = self.open_order()
        data = self.apple.mint(order, self.public, IDENTIFIER)
        command = self.command(order, data)
        results = self.act_at_once(lambda env, _: self.process(env, command).state, CLIENTS)
        self.assertFalse([each for each in results if isinstance(each, Exception)], results)
        self.assertIn("succeeded", results)
        self.settle()
        self.assertEqual(self.balance(), 275)
        self.assertEqual(self.booked(), 275)

    def test_each_step_runs_again_and_has_one_effect(self):
        """Of the longest way: Stripe makes the payment method first. Nothing is open meanwhile."""
        order = self.open_order()
        data = self.apple.mint(order, self.public, IDENTIFIER)
        command = self.command(order, data, method=None)
        desk, runs, seen = FynloApplePay, Counter(), []

        ask = stripe_calls.ask

        def look(*args):
            seen.append(self.env.cr._cnx.get_transaction_status())
            return ask(*args)

        def act(env, _number):
            self.env = env
            return self.process(env, command).state

        with ExitStack() as stack:
            stack.enter_context(patch.dict(os.environ, {"FYNLO_APPLE_PAY_PK_TOKEN": "1"}))
            for name in ("_fynlo_take_token", "_fynlo_begin"):
                change = patch.object(desk, name, _collide_once(getattr(desk, name), runs))
                stack.enter_context(change)
            stack.enter_context(patch.object(stripe_calls, "ask", look))
            self.assertEqual(self.act_at_once(act, 1), ["succeeded"])
        self.assertEqual(runs, {"_fynlo_take_token": 2, "_fynlo_begin": 2})
        self.assertEqual(seen, [TRANSACTION_STATUS_IDLE] * 3)
        paths = [path for method, path, *_ in self.peer.requests if method == "POST"]
        self.assertEqual(paths, ["/v1/tokens", "/v1/payment_methods", "/v1/payment_intents"])
        self.assertEqual((self.balance(), self.booked()), (275, 275))

    def test_nothing_is_open_while_apple_is_asked(self):
        with committing_env(self.dbname) as env:
            merchant = env["fynlo.apple.pay.merchant"].browse(self.merchant_id)
            make_certificate(self.apple, merchant, "identity")
            domain = merchant.domain_ids.name
        url = "https://apple-pay-gateway.apple.com/paymentservices/paymentSession"
        command = ApplePaySessionCreate.model_validate({"validationUrl": url, "domain": domain})
        seen = []

        def act(env, _number):
            def look(*_args):
                seen.append(env.cr._cnx.get_transaction_status())
                return client.Session({"nonce": "once"})

            with patch.object(client, "ask_session", look):
                handle = partial(_ask_session, env["fynlo.apple.pay"], command)
                return self.carry(env, handle).merchant_session

        self.assertEqual(self.act_at_once(act, 1), [{"nonce": "once"}])
        self.assertEqual(seen, [TRANSACTION_STATUS_IDLE])


def _collide_once(method, runs):
    """Return a method whose first transaction is lost after it."""

    def act(*args):
        result = method(*args)
        runs[method.__name__] += 1
        if runs[method.__name__] == 1:
            raise SerializationFailure
        return result

    return act
