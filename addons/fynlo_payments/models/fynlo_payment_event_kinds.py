"""Which events are about something else than a payment."""

from ..exceptions import WebhookEventError

#: Beginning of an event's type, who reads its object now, and who follows it.
_KINDS = {
    "charge.dispute.": ("read_dispute", "fynlo.payment.dispute"),
    "charge.refund.": ("read_refund", "fynlo.payment.refund"),  # its name in older versions
    "payout.": ("read_payout", "fynlo.payment.payout"),
    "refund.": ("read_refund", "fynlo.payment.refund"),
}


def kind_of(type_):
    """Return ``(name of the read, model)`` of an event's type, or ``None``."""
    return next((found for start, found in _KINDS.items() if type_.startswith(start)), None)


def object_of(event):
    """Return the id of the dispute, payout or refund that a ``StripeEvent`` is about, or ``None``.

    :raise WebhookEventError: it has none
    """
    if not kind_of(event.type):
        return None
    if not event.subject.id:
        raise WebhookEventError(details={"field": "data.object.id"})
    return event.subject.id
