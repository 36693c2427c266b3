"""What the web shop has to know of Stripe's objects, in the shapes that Odoo's own addon reads."""

from ..engine.outcome import Outcome
from .stripe_gateway import StripeGateway

#: ``payment_stripe.const.API_VERSION``: ``_process`` reads objects of this version.
_OPTIONS = {"stripe_version": "2019-05-16"}
_MOST = 100


class StripeShop(StripeGateway):
    """Reads payments of the web shop; each answer an :class:`Outcome`."""

    def read_payment(self, ref, has_refunds=True):
        """Read an intent and its refunds: ``{"intent": {...}, "refunds": [...]}``.

        :param has_refunds: read the refunds, too; else there are none
        """
        intents, refunds = self._client.v1.payment_intents, self._client.v1.refunds
        asked = {"expand": ["payment_method"]}
        intent = self._call(lambda: intents.retrieve(ref, asked, _OPTIONS), dict)
        if intent.kind != "answered":
            return intent
        if not has_refunds:
            return Outcome("answered", {"intent": intent.values, "refunds": []})
        page = {"payment_intent": ref, "limit": _MOST}
        told = self._call(lambda: refunds.list(page, _OPTIONS), lambda each: each["data"])
        if told.kind != "answered":
            return told
        return Outcome("answered", {"intent": intent.values, "refunds": told.values})

    def read_setup(self, event_id):
        """Read the setup of a card that an event speaks of: ``{"setup": {...}}``."""
        event = self._call(lambda: self._client.v1.events.retrieve(event_id, None, _OPTIONS), dict)
        if event.kind != "answered":
            return event
        ref, asked = event.values["data"]["object"]["id"], {"expand": ["payment_method"]}
        setups = self._client.v1.setup_intents
        return self._call(
            lambda: setups.retrieve(ref, asked, _OPTIONS), lambda setup: {"setup": setup}
        )

    def settle(self, request, may_ask):
        """Look how a request ended, and make it once more with its key if it never got there.

        :param request: ``kind`` (refund, capture, void), ``ref`` of the intent, ``key``, and
            ``amount`` of a refund: what Odoo's own addon has asked for
        :return: as :meth:`read_payment`, with a sentence in ``refusal`` if it has come to nothing
        """
        outcome = self.read_payment(request["ref"])
        if outcome.kind != "answered" or _is_done(request, outcome.values):
            return outcome
        if not may_ask:
            values = {**outcome.values, "refusal": "The gateway has never heard of it."}
            return Outcome("answered", values)
        asked = self._post(request)
        if not asked.is_known:
            return asked
        outcome = self.read_payment(request["ref"])
        if outcome.kind == "answered" and asked.kind != "answered":
            return Outcome("answered", {**outcome.values, "refusal": asked.message})
        return outcome

    def forget(self, method):
        """Detach a card from its customer: nobody can charge it any more."""
        return self._call(lambda: self._client.v1.payment_methods.detach(method), dict)

    def _post(self, request):
        """Ask with the very parameters of the first time: a key belongs to them."""
        ref, options = request["ref"], {**_OPTIONS, "idempotency_key": request["key"]}
        intents, refunds = self._client.v1.payment_intents, self._client.v1.refunds
        if request["kind"] == "refund":
            asked = {"payment_intent": ref, "amount": request["amount"]}
            asked["metadata"] = {"fynlo_request": request["key"]}
            return self._call(lambda: refunds.create(asked, options), dict)
        ask = intents.capture if request["kind"] == "capture" else intents.cancel
        return self._call(lambda: ask(ref, {}, options), dict)


def _is_done(request, values):
    status = {"capture": "succeeded", "void": "canceled"}.get(request["kind"])
    if status:
        return values["intent"]["status"] == status
    keys = [(refund.get("metadata") or {}).get("fynlo_request") for refund in values["refunds"]]
    return request["key"] in keys
