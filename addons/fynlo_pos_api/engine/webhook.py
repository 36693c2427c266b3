"""Outgoing webhooks: what there is to tell, how it is signed, when it is tried again."""

import hashlib
import hmac
import random
from datetime import timedelta

#: Every event, and when it is told. The document of receivers and the web client list these.
EVENTS = {
    "order.created": "An order was made, paid or open; a refund is an order too.",
    "order.updated": "An order has changed: lines, table, customer, progress, or a late tip.",
    "order.paid": "Money was taken for an order or given back; `paymentState` tells how far.",
    "order.completed": "An order is a finished sale or a booked refund.",
    "order.cancelled": "An order was voided.",
    "order.refunded": "Something of this order was given back.",
    "customer.created": "A customer was added.",
    "customer.updated": "A customer has changed.",
    "customer.deleted": "A customer was archived, erased or removed.",
    "product.created": "A product was added.",
    "product.updated": "A product has changed.",
    "product.availability": "A product was sold out in a store, or is back.",
    "session.opened": "A store has opened its session.",
    "session.closed": "A store has closed its session.",
    "stock.low": "A product has become scarce in a store.",
}

#: Told to one webhook alone, when somebody asks for it.
TEST_EVENT = "webhook.test"

#: How long a delivery is tried again before it is dead.
PERIOD = timedelta(days=3)
#: Pause after the first failure; each further one is three times as long, up to the longest.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _FACTOR = 10, 6 * 3600, 3
#: Receivers that were down together shall not come back together.
_JITTER = 0.2


def sign(secret, instant_s, body):
    """Return the value of ``Fynlo-Signature``.

    :param secret: text, as it was shown at the creation
    :param instant_s: Unix time in whole seconds
    :param body: the bytes that are sent
    """
    signed = str(instant_s).encode() + b"." + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={instant_s},v1={digest}"


def pause_after(attempts):
    """Return how long to wait after so many failed attempts (``timedelta``), with jitter."""
    exponent = min(attempts - 1, 20)
    pause_s = min(_FIRST_PAUSE_S * _FACTOR**exponent, _LONGEST_PAUSE_S)
    return timedelta(seconds=pause_s * random.uniform(1 - _JITTER, 1 + _JITTER))
