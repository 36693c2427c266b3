"""Stripe Terminal: readers of a location, and tokens with which an app talks to them."""

from ..engine.outcome import Outcome, doubt
from .stripe_gateway import StripeGateway

_MOST = 100
#: Refusals after which the reader may have the payment on its screen all the same.
_OPEN = ("terminal_reader_timeout",)


class StripeTerminal(StripeGateway):
    """The readers of one account; each answer an :class:`Outcome`."""

    def create_token(self, location):
        """Return a token of one location, for readers and for Tap to Pay: ``{"secret": ...}``."""
        tokens = self._client.v1.terminal.connection_tokens
        return self._call(
            lambda: tokens.create({"location": location}),
            lambda token: {"secret": token["secret"]},
        )

    def list_readers(self, location):
        """List the readers of one location: ``{"readers": [...]}``."""
        readers = self._client.v1.terminal.readers
        asked = {"location": location, "limit": _MOST}
        return self._call(
            lambda: readers.list(asked),
            lambda page: {"readers": [_facts_of(reader) for reader in page["data"]]},
        )

    def process(self, reader, ref, key):
        """Let a reader ask for a card; return the payment, which waits for the guest.

        Money moves when he presents the card; events tell of it.
        """
        readers, asked = self._client.v1.terminal.readers, {"payment_intent": ref}
        options = {"idempotency_key": key}
        outcome = self._call(
            lambda: readers.process_payment_intent(reader, asked, options), _facts_of
        )
        if outcome.code in _OPEN:
            return doubt(outcome)
        if outcome.kind != "answered":
            return outcome
        now = self.read_intent(ref)
        if now.kind != "answered" or now.state not in ("requires_action", "declined"):
            return now
        # An earlier card's refusal stays on the payment while the reader asks for another.
        waiting = {"state": "requires_action", "next_action": "present_card"}
        return Outcome("answered", {**now.values, **waiting})

    def cancel(self, reader):
        """Stop what a reader waits for; one that waits for nothing stays so."""
        readers = self._client.v1.terminal.readers
        return self._call(lambda: readers.cancel_action(reader), _facts_of)


def _facts_of(reader):
    action = reader.get("action") or {}
    return {
        "ref": reader["id"],
        "label": (reader.get("label") or reader["id"])[:100],
        "device_type": reader.get("device_type") or "",
        "serial": reader.get("serial_number") or "",
        "status": reader.get("status") or "offline",
        "action": action.get("status") or "",
        "payment": (action.get("process_payment_intent") or {}).get("payment_intent") or "",
    }
