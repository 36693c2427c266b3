"""Events as gateways send them. They have far more fields than are read here."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from ..exceptions import WebhookEventError

#: Ids and types: longer ones are none, and the database takes no NUL.
Word = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]+$")]
#: What somebody may have written himself.
Text = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    @classmethod
    def parse(cls, payload):
        """Return the event that ``payload`` (bytes) holds.

        :raise WebhookEventError: it has another shape; the first place that is wrong is named
        """
        try:
            return cls.model_validate_json(payload)
        except ValidationError as error:
            place = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
            raise WebhookEventError(details={"field": place[:200]}) from None


class _StripeMarks(_Told):
    fynlo_payment: Text | None = None


class _StripeSubject(_Told):
    id: Word | None = None  # a balance has none
    object: Word
    payment_intent: Word | None = None
    description: Text | None = None
    metadata: _StripeMarks | None = None


class _StripeData(_Told):
    object: _StripeSubject


class StripeEvent(_Told):
    """An event of Stripe. Source: https://docs.stripe.com/api/events/object"""

    id: Word
    type: Word
    data: _StripeData

    @property
    def subject(self):
        """What it is about, as it was then."""
        return self.data.object

    @property
    def intent_ref(self):
        """Id of the payment at the gateway, or ``None``."""
        is_intent = self.subject.object == "payment_intent"
        return self.subject.id if is_intent else self.subject.payment_intent

    @property
    def payment_uuid(self):
        """Id of our payment, or ``None``."""
        return (self.subject.metadata and self.subject.metadata.fynlo_payment) or None


class _SquarePayment(_Told):
    id: Word | None = None
    reference_id: Text | None = None


class _SquareRefund(_Told):
    id: Word
    payment_id: Word | None = None


class _SquareSubject(_Told):
    payment: _SquarePayment | None = None
    refund: _SquareRefund | None = None


class _SquareData(_Told):
    object: _SquareSubject | None = None  # what was deleted has none


class SquareEvent(_Told):
    """An event of Square. Source: https://developer.squareup.com/docs/webhooks/overview"""

    event_id: Word
    type: Word
    data: _SquareData

    @property
    def payment(self):
        """The payment that it is about, or ``None``."""
        return self.data.object and self.data.object.payment

    @property
    def refund(self):
        """The refund that it is about, or ``None``."""
        return self.data.object and self.data.object.refund
