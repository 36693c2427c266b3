"""How long a gateway holds a card that is only authorised."""

from datetime import datetime, timedelta, timezone

#: What gateways document, by the channel, where they do not tell it of each payment.
#: Sources: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method,
#: https://developer.squareup.com/docs/payments-api/take-payments/card-payments/delayed-capture,
#: https://developer.authorize.net/api/reference/ (payment transactions: authorize a credit card)
_DOCUMENTED = {
    "stripe": {"card_present": timedelta(days=2), None: timedelta(days=7)},
    "square": {"card_present": timedelta(hours=36), None: timedelta(days=7)},
    "authorize": {None: timedelta(days=30)},
}
#: How long before the end of it a person is told.
NOTICE = timedelta(days=1)
#: What is later than that is no moment that anybody means, and no database keeps it.
_LATEST = datetime(2100, 1, 1, tzinfo=timezone.utc)


def documented_end(gateway, channel, since):
    """Return until when a gateway holds a card at least, or ``None`` if it does not say.

    :param gateway: code of its provider
    :param since: naive UTC, when it was authorised
    """
    periods = _DOCUMENTED.get(gateway, {})
    period = periods.get(channel) or periods.get(None)
    return since + period if period else None


def told_end(value):
    """Return the second (of Unix) that a gateway names, or ``None``.

    :param value: what it tells: a number of seconds, a text as of RFC 3339, or something odd
    """
    if isinstance(value, str):
        try:
            # Python 3.10 knows no Z.
            value = datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
        except ValueError:
            return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and 0 < value < _LATEST.timestamp() else None
