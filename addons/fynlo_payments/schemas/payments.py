"""Card payments of orders, over a gateway."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    MinorAmount,
    PageQuery,
    PageReply,
    Reply,
    UtcInstant,
    from_odoo_datetime,
)
from odoo.addons.fynlo_pos_api.engine.money import to_minor
from pydantic import Field

Channel = Literal["card_present", "online", "apple_pay"]
PaymentState = Literal[
    "requires_action", "authorized", "processing", "succeeded", "declined", "canceling", "canceled",
    "unknown", "failed",
]  # fmt: skip
_Amount = Annotated[MinorAmount, Field(gt=0)]
_METHODS = r"^(pm_[A-Za-z0-9_]{1,100}|cnon:[A-Za-z0-9_-]{1,200}|eyJ[A-Za-z0-9+/=_-]{10,4000})$"
#: What the gateway's SDK on the till has made of a card: an id of Stripe's, a nonce of Square's or
#: of Accept's; never a card's number.
GatewayMethod = Annotated[str, Field(pattern=_METHODS)]


class IntentCreate(Body):
    """Body of ``POST /payments/intents``; ``tip`` comes on top of ``amount``.

    Without ``paymentMethod`` the till confirms with the gateway's SDK and ``clientSecret``.
    """

    id: UUID
    order_id: UUID
    amount: _Amount
    tip: MinorAmount = 0
    channel: Channel
    capture_method: Literal["automatic", "manual"] = "automatic"
    payment_method: GatewayMethod | None = None
    share: UUID | None = None  # of a bill that was split


class IntentConfirm(Body):
    """Body of ``POST /payments/intents/{id}/confirm``."""

    id: UUID
    payment_method: GatewayMethod | None = None


class IntentCapture(Body):
    """Body of ``POST /payments/intents/{id}/capture``; all that was authorised if left out.

    ``tip`` takes the place of the one that was authorised, and may be more than that up to the
    payment's ``maximumCapture``.
    """

    id: UUID
    amount: _Amount | None = None
    tip: MinorAmount | None = None


class IntentCancel(Body):
    """Body of ``POST /payments/intents/{id}/cancel``; also while nobody knows what came of it."""

    id: UUID


class IntentView(Reply):
    """A payment of ``amount`` and ``tip``.

    ``canceling``: its cancellation is taken and nobody has to ask again; how it ends is not known
    yet. It ends ``canceled``, ``failed`` (there was nothing), or ``succeeded``: that was too late.
    ``booked`` tells whether the order has it, ``bookingError`` why it has not; ``inReview`` that a
    manager has to look at it: what is only authorised cannot be captured before.
    ``maximumCapture`` is the most that a capture may take, tip included. ``captureBefore`` is when
    the gateway lets go of a card that is only authorised, ``null`` if it does not say.
    """

    id: str
    order_id: str
    state: PaymentState
    channel: Channel
    currency: str
    amount: int
    tip: int
    captured: int
    maximum_capture: int
    client_secret: str | None
    next_action: str | None
    decline_code: str | None
    booked: bool
    booking_error: str | None
    in_review: bool
    capture_before: UtcInstant | None

    @classmethod
    def of(cls, payment):
        """Build it from one ``payment.transaction``, sudoed."""
        last = payment._fynlo_last_told()
        state = payment._fynlo_shown_state()
        is_waiting = payment.fynlo_state == "requires_action" and state != "canceling"
        amount = to_minor(payment.amount, payment.currency_id)
        return cls(
            id=payment.fynlo_uuid,
            order_id=payment.fynlo_order_id.uuid,
            state=state,
            channel=payment.fynlo_channel,
            currency=payment.currency_id.name,
            amount=amount - payment.fynlo_tip_minor,
            tip=payment.fynlo_tip_minor,
            captured=payment.fynlo_captured_minor,
            maximum_capture=max(amount, payment.fynlo_capturable_minor),
            client_secret=last.client_secret or None if is_waiting else None,
            next_action=last.next_action or None if is_waiting else None,
            decline_code=last.code or None if payment.fynlo_state == "declined" else None,
            booked=bool(payment.fynlo_booked_at),
            booking_error=payment.fynlo_booking_error or None,
            in_review=payment.fynlo_is_in_review,
            capture_before=from_odoo_datetime(payment._fynlo_capture_before()),
        )


class PaymentQuery(PageQuery):
    """Query string of ``GET /payments``; ``held: true`` lists those that hold money alone."""

    order_id: UUID
    held: bool = False


class PaymentPage(PageReply):
    """A page of an order's card payments, the oldest first."""

    payments: list[IntentView]

    @classmethod
    def of(cls, payments, total, query):
        """Build it from the ``payment.transaction`` of one page, sudoed, and the query."""
        shown = [IntentView.of(payment) for payment in payments]
        return cls(payments=shown, **cls.paging(total, query))
