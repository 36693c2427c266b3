"""What a gateway sees of us and of Odoo's own addon: answers to its events, forgeries, retries."""

import json
import sys
import time
from itertools import count

import psycopg2
from load import Client, run_load
from servers import plain_odoo, with_suite

from launcher.paths import ROOT
from launcher.testing import run_python

# The Stripe of the tests: a real server on this machine.
sys.path.insert(0, str(ROOT / "addons" / "fynlo_payments" / "tests"))
from peers.stripe_events import sign
from peers.stripe_server import StripePeer

CONNECTIONS = 16
SECRET = "whsec_bench"
OWN_PATH = "/payment/stripe/webhook"
_WAIT_S = 180

_PREPARE = """
provider = env.ref("payment.payment_provider_stripe")
provider.write({{
    "state": "test", "stripe_secret_key": "{key}", "stripe_publishable_key": "pk_test_peer",
    "stripe_webhook_secret": {secret!r},
}})
card = env.ref("payment.payment_method_card")
provider.payment_method_ids |= card
env["payment.transaction"].create([
    {{"provider_id": provider.id, "payment_method_id": card.id, "amount": 10.0,
      "reference": reference, "currency_id": env.ref("base.USD").id,
      "operation": "online_direct", "partner_id": env.company.partner_id.id}}
    for reference in {references}
])
env.cr.commit()
"""
_PAID = "SELECT count(*) FROM payment_transaction WHERE state = 'done' AND reference LIKE %s"
#: A request that gives money back and collides twice with another one before it is committed.
_REFUND = """
import itertools, os, time
from odoo.exceptions import ConcurrencyError
from odoo.service.model import retrying

os.environ["FYNLO_STRIPE_API_BASE"] = "{url}"
if "fynlo_uuid" not in env["payment.transaction"]:
    kind = type(env["payment.provider"])
    kind._build_request_url = lambda self, endpoint, **kwargs: f"{url}/v1/{{endpoint}}"
payment = env["payment.transaction"].search([("reference", "=", "{reference}")])
payment.write({{"state": "done", "provider_reference": "{intent}"}})
env.cr.commit()
time.sleep, tries = (lambda _seconds: None), itertools.count()

def give_back():
    payment._refund(4.0)
    env.cr.flush()
    if next(tries) < 2:
        raise ConcurrencyError()

retrying(give_back, env)
env.cr.commit()
"""


def run(events, duplicates):
    """Return acknowledgements, forgeries and refunds, Odoo's own addon beside the suite.

    :param events: how many different events come in, over 16 connections
    :param duplicates: how often one more event comes in
    """
    peer = StripePeer()
    told = {"FYNLO_STRIPE_API_BASE": peer.url}
    with plain_odoo("payment_stripe") as odoo, with_suite(told) as suite:
        figures = {}
        for name, server in (("odoo", odoo), ("fynlo", suite)):
            figures[f"{name} forged event"] = _forge(server, peer, name)
            figures[f"{name} refund"] = _refund_again(server, peer, name)
        for name, server in (("odoo", odoo), ("fynlo", suite)):
            figures |= _acknowledge(server, peer, name, events, duplicates)
    peer.close()
    return figures


def _forge(server, peer, name):
    """Say that a payment has succeeded, unsigned, while no secret is configured."""
    prefix = f"FORGED{name}"
    _prepare(server, peer, [f"{prefix}-1"], secret=None)
    body = {"id": "evt_forged", "type": "payment_intent.succeeded"}
    intent = {"object": "payment_intent", "id": "pi_forged", "status": "succeeded"}
    body["data"] = {"object": {**intent, "description": f"{prefix}-1", "amount": 1000,
                               "currency": "usd", "charges": {"data": []}}}  # fmt: skip
    status, _, _ = Client(server.base_url).request("POST", OWN_PATH, body)
    return {"status": status, "paid": _paid(server, prefix)}


def _refund_again(server, peer, name):
    """Give 4.00 back in a request that Odoo runs three times."""
    reference = f"REFUND{name}-1"
    _prepare(server, peer, [reference])
    intent = _charge(peer, reference)
    facts = {"url": peer.url, "reference": reference, "intent": intent}
    run_python(server.database, _REFUND.format(**facts))
    refunds = peer.objects.list("refund", payment_intent=intent)
    return {"asked": 4.0, "givenBack": sum(each["amount"] for each in refunds) / 100}


def _acknowledge(server, peer, name, events, duplicates):
    """Let a gateway tell of payments; return how fast it is answered and what came of it."""
    prefix = f"ACK{name}"
    references = [f"{prefix}-{number}" for number in range(events + 2)]
    _prepare(server, peer, references)
    known = len(peer.events.log)
    for reference in references:
        _charge(peer, reference)
    told = [each for each in peer.events.log[known:] if each["type"].endswith("intent.succeeded")]
    first, *single, doubled = map(json.dumps, told)
    _load(server, "warm-up", [first] * CONNECTIONS)
    began = time.monotonic()
    samples = {
        "events": _load(server, name, single),
        "duplicates": _load(server, name, [doubled] * duplicates),
    }
    figures = {f"{name} {kind}": _figures(sample) for kind, sample in samples.items()}
    done = _wait_for(server, prefix, len(references))
    figures[f"{name} booked"] = {"payments": done, "of": len(references),
                                 "afterS": round(time.monotonic() - began, 1)}  # fmt: skip
    return figures


def _load(server, name, payloads):
    clients = [Client(server.base_url) for _ in range(CONNECTIONS)]
    numbers = count()

    def make_call(_client, _call):
        payload = payloads[next(numbers) % len(payloads)]
        return "POST", OWN_PATH, json.loads(payload), {"Stripe-Signature": sign(payload, [SECRET])}

    calls = -(-len(payloads) // CONNECTIONS)
    return run_load(name, clients, make_call, calls, is_ok=lambda status, _raw: status == 200)


def _figures(sample):
    shown = ("requests", "errors", "statuses", "perSecond", "p50Ms", "p95Ms", "maxMs")
    return {key: value for key, value in sample.figures().items() if key in shown}


def _prepare(server, peer, references, secret=SECRET):
    facts = {"key": peer.key, "secret": secret or False, "references": references}
    run_python(server.database, _PREPARE.format(**facts))


def _charge(peer, reference):
    """Let a guest of the web shop pay 10.00 dollars; return the intent's id."""
    params = {"amount": "1000", "currency": "usd", "description": reference}
    params |= {"payment_method": "pm_card_visa", "confirm": "true"}
    return peer.objects.create_intent(params)["id"]


def _paid(server, prefix):
    """Return how many payments are paid whose references begin so.

    By SQL: an Odoo that is started for it takes a core from what is measured.
    """
    with psycopg2.connect(server.dsn) as connection, connection.cursor() as cursor:
        cursor.execute(_PAID, [f"{prefix}-%"])
        [(paid,)] = cursor.fetchall()
    connection.close()
    return paid


def _wait_for(server, prefix, wanted):
    until = time.monotonic() + _WAIT_S
    while (paid := _paid(server, prefix)) < wanted and time.monotonic() < until:
        time.sleep(1)
    return paid
