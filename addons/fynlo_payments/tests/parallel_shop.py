"""The web shop's transactions under real connections, on rows that are committed."""

import json
import os
from unittest.mock import patch
from uuid import uuid4

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import BaseCase, get_db_name

from .peers.stripe_events import sign
from .peers.stripe_server import StripePeer

SECRET = "whsec_shop"


class ParallelShop(BaseCase):
    """``peer`` is the gateway of a provider; :meth:`pay` makes a transaction of 10.00 dollars."""

    def setUp(self):
        super().setUp()
        self.dbname = get_db_name()
        self.peer = StripePeer()
        self.addCleanup(self.peer.close)
        base = patch.dict(os.environ, {"FYNLO_STRIPE_API_BASE": self.peer.url})
        base.start()
        self.addCleanup(base.stop)
        with committing_env(self.dbname) as env:
            provider = env.ref("payment.payment_provider_stripe").copy({"name": "Shop"})
            provider.write(
                {"stripe_secret_key": self.peer.key, "stripe_publishable_key": "pk_test_peer",
                 "stripe_webhook_secret": SECRET, "state": "test"}
            )  # fmt: skip
            provider.payment_method_ids = env.ref("payment.payment_method_card")
            self.provider_id = provider.id
        self.addCleanup(self.put_away)

    def put_away(self):
        with committing_env(self.dbname) as env:
            env["payment.provider"].browse(self.provider_id).state = "disabled"
            # What a test has left open: the job of the next one would ask for it.
            env.cr.execute(
                """UPDATE fynlo_payment_event SET processed_at = now()
                   WHERE processed_at IS NULL AND provider_id = %s""",
                [self.provider_id],
            )

    def pay(self, capture="automatic", method="pm_card_visa"):
        """Pay 10.00 dollars with a card that is kept; return the transaction's id."""
        with committing_env(self.dbname) as env:
            provider = env["payment.provider"].browse(self.provider_id)
            provider.capture_manually = capture == "manual"
            card = env.ref("payment.payment_method_card")
            token = env["payment.token"].create(
                {"provider_id": provider.id, "payment_method_id": card.id, "provider_ref": "cus_1",
                 "partner_id": env.company.partner_id.id, "stripe_payment_method": method}
            )  # fmt: skip
            payment = env["payment.transaction"].create(
                {"provider_id": provider.id, "payment_method_id": card.id, "token_id": token.id,
                 "reference": f"WEB-{uuid4().hex[:8]}", "amount": 10.0, "operation": "online_token",
                 "currency_id": env.ref("base.USD").id, "partner_id": token.partner_id.id}
            )  # fmt: skip
            payment._charge_with_token()
            return payment.id

    def keep_card(self):
        """Let a customer agree that his card is kept; return the transaction's id and event."""
        with committing_env(self.dbname) as env:
            setup = env["payment.transaction"].create(
                {"provider_id": self.provider_id, "operation": "validation", "tokenize": True,
                 "payment_method_id": env.ref("payment.payment_method_card").id, "amount": 0.0,
                 "reference": f"CARD-{uuid4().hex[:8]}", "currency_id": env.ref("base.USD").id,
                 "partner_id": env.company.partner_id.id}
            )  # fmt: skip
            setup._get_processing_values()
            setup_id = setup.id
        [intent] = self.peer.objects.list("setup_intent")[:1]
        self.peer.customers.confirm_setup(intent["id"], {"payment_method": "pm_card_visa"})
        return setup_id, self.peer.events.take("setup_intent.succeeded")[-1]

    def told_of(self, payment_id):
        """Return ``(state, {(operation, amount, state) of a child: how many})``."""
        with committing_env(self.dbname) as env:
            payment = env["payment.transaction"].browse(payment_id)
            children = [
                (each.fynlo_request or each.operation, each.amount, each.state)
                for each in payment.child_transaction_ids
            ]
            return payment.state, {each: children.count(each) for each in children}

    def take_in(self, event, apply=True):
        """Let an event come in, and apply it."""
        payload = json.dumps(event)
        with committing_env(self.dbname) as env:
            events = env["fynlo.payment.event"]
            events._fynlo_take_in(payload.encode(), sign(payload, [SECRET]))
        if apply:
            with committing_env(self.dbname) as env:
                env["fynlo.payment.event"]._fynlo_cron_apply()

    def settle(self):
        """Let the janitor work, as if the lease of each request were over."""
        with committing_env(self.dbname) as env:
            env.cr.execute("UPDATE payment_transaction SET last_state_change = '2020-01-01'"
                           " WHERE state = 'pending'")  # fmt: skip
            env.cr.commit()
            env["fynlo.payment.janitor"]._fynlo_cron_settle()
