"""Stripe's events, and their way to a webhook: signed, late, twice, in any order."""

import copy
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from uuid import uuid4


def sign(payload, secrets, at=None):
    """Return the ``Stripe-Signature`` of a body; one ``v1`` for each secret while one rolls.

    Source: https://docs.stripe.com/webhooks#verify-manually
    """
    at = int(time.time()) if at is None else at
    marks = (
        hmac.new(secret.encode(), f"{at}.{payload}".encode(), hashlib.sha256).hexdigest()
        for secret in secrets
    )
    return ",".join([f"t={at}", *(f"v1={mark}" for mark in marks)])


def public(value):
    """Return an object without what only the peer knows of it."""
    if isinstance(value, dict):
        return {key: public(each) for key, each in value.items() if not key.startswith("_")}
    return [public(each) for each in value] if isinstance(value, list) else value


class StripeEvents:
    """The events of one account, as they happened.

    :ivar log: all events, the oldest first
    """

    def __init__(self, version):
        self.version, self.log = version, []
        self._account = uuid4().hex[:14]

    def emit(self, type_, object_):
        """Note an event with the object as it is now."""
        self.log.append(
            {
                "id": f"evt_{self._account}{len(self.log) + 1:010d}",
                "object": "event", "type": type_,
                "api_version": self.version, "created": int(time.time()), "livemode": False,
                "data": {"object": copy.deepcopy(public(object_))}, "pending_webhooks": 1,
                "request": {"id": None, "idempotency_key": None},
            }
        )  # fmt: skip

    def take(self, *types):
        """Return the events of these types, of all if none is named."""
        return [event for event in self.log if not types or event["type"] in types]


def deliver(event, url, secrets, at=None, headers=None):
    """Post an event to a webhook as Stripe does; return the HTTP status."""
    payload = json.dumps(event)
    sent = {"Content-Type": "application/json; charset=utf-8"}
    sent["Stripe-Signature"] = sign(payload, secrets, at)
    request = urllib.request.Request(url, payload.encode(), {**sent, **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
