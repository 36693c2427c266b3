"""What a gateway has answered, and what that makes of a payment."""

from dataclasses import dataclass, field

#: States of an operation that a gateway may be working on; ``unknown`` is settled by the janitor.
OPEN = ("prepared", "unknown")
#: States of a payment that a gateway never leaves.
FINAL = ("succeeded", "canceled")

#: Stripe's states of a PaymentIntent in the words of the API.
#: Source: https://docs.stripe.com/payments/paymentintents/lifecycle
STATES = {
    "requires_payment_method": "declined",
    "requires_confirmation": "requires_action",
    "requires_action": "requires_action",
    "processing": "processing",
    "requires_capture": "authorized",
    "succeeded": "succeeded",
    "canceled": "canceled",
}

#: Stripe's states of a refund. One that is on its way leaves the account at once.
#: Source: https://docs.stripe.com/api/refunds/object#refund_object-status
REFUND_STATES = {
    "succeeded": "succeeded",
    "pending": "processing",
    "requires_action": "processing",
    "failed": "failed",
    "canceled": "canceled",
}
#: In these a refund has given money back.
GIVEN = ("succeeded", "processing")

#: What a payment has to be for one to know that an operation on it was done.
_DONE = {"capture": ("succeeded",), "cancel": ("canceled",)}


@dataclass(frozen=True)
class Outcome:
    """The result of one call.

    :ivar kind: ``answered``; ``declined`` (the card is refused, nothing was charged); ``failed``
        (the gateway refuses the request, nothing was done); ``absent`` (it was looked for and is
        not there); ``unknown`` (no answer, or one that does not tell: it may have been done)
    :ivar values: what the suite keeps of the gateway's object, JSON-ready
    :ivar code: the gateway's error code, or what broke
    :ivar message: sentence of the gateway for people; never a card's number
    :ivar now: the payment as it is since, if what is told was the first answer to a known key
    """

    kind: str
    values: dict = field(default_factory=dict)
    code: str = ""
    message: str = ""
    now: "Outcome | None" = None

    @property
    def is_known(self):
        """Whether it tells what has happened to the money."""
        return self.kind in ("answered", "declined", "failed") and self.state != "unknown"

    @property
    def is_away(self):
        """Whether nobody answers: the next question would have no answer either."""
        return self.kind == "unknown" and self.code in AWAY

    @property
    def state(self):
        """The state that it brings an operation to."""
        return self.values.get("state") if self.kind == "answered" else self.kind


#: Codes of a gateway that cannot be talked to now, whatever it is asked.
AWAY = ("no_answer", "gateway_trouble", "rate_limited", "gateway_key")


#: What reading an answer raises that is not whole, and what such an answer tells.
NOT_WHOLE = (AttributeError, LookupError, TypeError, ValueError)
BAD_ANSWER = Outcome("unknown", code="bad_answer", message="The gateway's answer is not whole.")


def doubt(outcome):
    """Return an outcome for who has asked before: a refusal does not tell how that has ended."""
    if outcome.kind != "failed":
        return outcome
    return Outcome("unknown", code=outcome.code, message=outcome.message)


def whole(outcome_of):
    """Return what ``outcome_of`` makes of an answer, or an unknown outcome if it is not whole."""
    try:
        return outcome_of()
    except NOT_WHOLE:
        return BAD_ANSWER


def conclude(kind, outcome):
    """Return how an operation has ended that will not be asked again, from the payment as it is.

    :param kind: of the operation
    :param outcome: an answered read
    """
    done = _DONE.get(kind)
    if done is None or outcome.state in done:
        return outcome
    return Outcome("failed", outcome.values, "not_done", "The gateway has not done it.")
