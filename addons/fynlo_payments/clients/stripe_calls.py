"""One request to Stripe, its tries, and what an answer or an error tells."""

import time
from functools import partial

import stripe
from requests.exceptions import InvalidHeader

from ..engine.card_facts import without_cards
from ..engine.gateway_amounts import AmountError
from ..engine.outcome import BAD_ANSWER, NOT_WHOLE, Outcome, doubt
from .deadline import within

#: Of one request as a whole.
DEADLINE_S = 15
#: Between the tries of a call that got no clear answer, each with the same key.
PAUSES_S = (0.2, 0.8)
#: The longest that a call takes with all its tries.
LONGEST_CALL_S = DEADLINE_S * (len(PAUSES_S) + 1) + 2


def run(call, values_of):
    """Return the ``Outcome`` of a call, tried again while nothing clear comes back.

    A refusal counts as "nothing was done" only if it is the first answer to the first try: an
    earlier one may have been carried out without a word.
    """
    outcome, is_open = ask(call, values_of)
    for pause in PAUSES_S:
        if not is_open:
            return outcome
        time.sleep(pause)
        outcome, is_open = ask(call, values_of)
        outcome = doubt(outcome)
    return outcome


def ask(call, values_of):
    """Return ``(outcome, whether it is worth another try)`` of one request."""
    try:
        answer = within(DEADLINE_S, call)
    except TimeoutError:
        return _unknown("no_answer", "The gateway takes too long."), True
    except stripe.CardError as error:
        return _read(partial(_refusal, error, "declined", values_of)), False
    except stripe.StripeError as error:
        if error.http_status != 409 and isinstance(error, stripe.InvalidRequestError):
            return _read(partial(_refusal, error, "failed", values_of)), False
        return _trouble(error)
    return _read(lambda: Outcome("answered", values_of(answer.to_dict()))), False


def _read(outcome_of):
    """Return an outcome, or an unknown one if the answer that it is made of is not whole."""
    try:
        return outcome_of()
    except AmountError:
        return _unknown("amount_invalid", "The books have no such small coin.")
    except NOT_WHOLE:
        return BAD_ANSWER


def _trouble(error):
    """Return the same for an error that tells nothing of the request itself."""
    if error.http_status in (401, 403):
        message = "The gateway refuses the account's key."
        return Outcome("failed", code="gateway_key", message=message), False
    if error.http_status == 409:  # the same key is being worked on by somebody else
        return _unknown("in_flight", "The gateway is at it already."), True
    if isinstance(error, stripe.IdempotencyError):
        return _unknown("other_parameters", "The gateway knows the key by another request."), False
    if isinstance(error, stripe.RateLimitError):
        return _unknown("rate_limited", "The gateway is asked too often."), True
    if isinstance(error, stripe.APIConnectionError):
        if isinstance(error.__cause__, InvalidHeader):  # nothing has left this machine
            message = "The account's key is none."
            return Outcome("failed", code="gateway_key", message=message), False
        return _unknown("no_answer", "The gateway gave no answer."), True
    return _unknown("gateway_trouble", "The gateway is in trouble."), True


def _unknown(code, message):
    return Outcome("unknown", code=code, message=message)


def _refusal(error, kind, values_of):
    """Return the outcome of an error that tells how the payment is, or why nothing was done."""
    facts = error.error
    intent = facts.payment_intent if facts else None
    values = values_of(intent.to_dict()) if intent else {}
    codes = (facts.decline_code if facts else None, error.code, "declined")
    code = next(filter(None, codes if kind == "declined" else (error.code, "invalid_request")))
    message = without_cards(error.user_message or "The gateway refuses it.")[:200]
    return Outcome(kind, values, without_cards(code), message)
