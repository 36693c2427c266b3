"""What of a day's payments adds up, and how the payments are."""

from datetime import date
from typing import Annotated, Literal

from odoo.addons.fynlo_base.schemas.base import Query, Reply, UtcInstant, from_odoo_datetime
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from pydantic import Field

Cause = Literal[
    "unknown_here", "missing_at_gateway", "amount_differs", "not_asked", "not_booked",
    "booked_differs", "not_posted",
]  # fmt: skip
_SIDES = ("gateway", "operations", "booked", "journal", "unposted")


class ReconciliationQuery(Query):
    """Query string of ``GET /payments/reconciliation``: a day of the company's calendar."""

    date: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class Sides(Reply):
    """Money as each side has it, in minor units; refunds are below zero.

    ``journal`` and ``unposted`` (in sessions that are still open) make up ``booked``.
    """

    gateway: int
    operations: int
    booked: int
    journal: int
    unposted: int


class Difference(Sides):
    """A movement that is not the same everywhere; ``reference`` is the gateway's."""

    cause: Cause
    reference: str
    payment_id: str | None
    order_id: str | None


class DayView(Sides):
    """A provider's day in one currency; ``difference`` is the gateway less the books."""

    provider: str
    currency: str
    state: Literal["balanced", "different"]
    difference: int
    fees: int
    count: int
    checked_at: UtcInstant
    differences: list[Difference]

    @classmethod
    def of(cls, day):
        """Build it from one ``fynlo.payment.reconciliation``, sudoed."""
        currency = day.currency_id
        return cls.model_construct(
            provider=day.provider_id.name,
            currency=currency.name,
            state=day.state,
            difference=to_minor(day.difference, currency),
            fees=to_minor(day.fees, currency),
            count=day.count,
            checked_at=from_odoo_datetime(day.checked_at),
            differences=[_difference(line, currency) for line in day.line_ids],
            **_amounts(day, currency),
        )


class ReconciliationView(Reply):
    """The days of all providers; none for a day that was not compared yet."""

    date: date
    days: list[DayView]

    @classmethod
    def of(cls, asked, days):
        """Build it from the day and its ``fynlo.payment.reconciliation``, sudoed."""
        return cls.model_construct(date=asked, days=[DayView.of(day) for day in days])


class ProviderHealth(Reply):
    """A gateway: whether it is set up, and what waits."""

    name: str
    is_test: bool
    has_key: bool
    has_webhook_secret: bool
    open_operations: int
    oldest_open_s: int
    not_booked: int
    expiring: int  # authorisations that end within a day
    waiting_events: int
    last_event_at: UtcInstant | None
    open_disputes: int
    reconciled_until: date | None
    different_days: int


class PaymentsHealthView(Reply):
    """``ok``: everything is known and booked; ``degraded``: somebody should look."""

    status: Literal["ok", "degraded", "not_configured"]
    providers: list[ProviderHealth]

    @classmethod
    def of(cls, status, providers):
        """Build it from what ``fynlo.payment.health`` tells."""
        found = []
        for facts in providers:
            last = from_odoo_datetime(facts["last_event_at"])
            found.append(ProviderHealth.model_construct(**{**facts, "last_event_at": last}))
        return cls.model_construct(status=status, providers=found)


def _amounts(record, currency):
    return {side: to_minor(record[side], currency) for side in _SIDES}


def _difference(line, currency):
    return Difference.model_construct(
        cause=line.cause,
        reference=line.gateway_ref,
        payment_id=line.transaction_id.fynlo_uuid or None,
        order_id=line.order_id.uuid or None,
        **_amounts(line, currency),
    )
