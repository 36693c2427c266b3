"""A till whose gateway keeps books: disputes, payouts, balance transactions."""

import json
from functools import reduce

from ..models import (
    fynlo_payment_event_job,
    fynlo_payment_event_kinds,
    fynlo_payment_reconciler,
)
from .common import PaymentCase
from .peers.stripe_events import sign


def carry_out_here(_env, later):
    """Do what ``carry_out`` does, in the test's own transaction."""
    return reduce(lambda result, step: step(result), later.steps, later.call())


class BooksCase(PaymentCase):
    """The jobs run in the test's own transaction: nothing is committed."""

    def setUp(self):
        super().setUp()
        self.patch(fynlo_payment_event_job, "ask_at_once", lambda _env, laters: laters)
        for module in (fynlo_payment_event_job, fynlo_payment_reconciler):
            self.patch(module, "carry_out", carry_out_here)
        self.delivered = len(self.peer.events.log)

    def charge(self, **extra):
        """Pay an order of one coffee by card; return its id and the gateway's charge."""
        order = self.open_order()
        self.assertSuccess(self.pay(self.intent(order, **extra)), 201)
        return order, self.peer.objects.list("charge")[0]

    def deliver(self, event):
        """Take in one event, and apply what is there."""
        payload = json.dumps(event)
        events = self.env["fynlo.payment.event"]
        events._fynlo_take_in(payload.encode(), sign(payload, ["whsec_peer"]))
        events._fynlo_cron_apply()
        self.env.invalidate_all()

    def deliver_all(self):
        """Take in what the gateway has told since the last time, of payments nothing."""
        new = self.peer.events.log[self.delivered :]
        self.delivered += len(new)
        for event in new:
            if fynlo_payment_event_kinds.kind_of(event["type"]):
                self.deliver(event)
