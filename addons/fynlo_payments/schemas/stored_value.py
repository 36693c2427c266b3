"""What is on gift cards and eWallets."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, Reply
from pydantic import Field, model_validator

#: Of a gift card. Whoever has it has the money: it is no part of a URL, a log or a reply.
_Code = Annotated[str, Field(min_length=1, max_length=100)]
GiftCardCode = Annotated[_Code | None, Field(repr=False)]


class BalanceQuery(Body):
    """Body of ``POST /payments/stored-value/balance``: a gift card's code, or a customer."""

    code: GiftCardCode = None
    customer_id: UUID | None = None

    @model_validator(mode="after")
    def _check_one(self):
        if (self.code is None) == (self.customer_id is None):
            raise ValueError("either code or customerId is needed")
        return self


class StoredValueView(Reply):
    """A card that pays here: ``balance`` in minor units; ``methodId`` is the tender's.

    ``card`` is the end of its code.
    """

    method_id: str
    type: Literal["gift_card", "ewallet"]
    program: str
    card: str
    balance: int
    expires_on: date | None

    @classmethod
    def of(cls, method, card):
        """Build it from a ``pos.payment.method`` and a ``loyalty.card``, both sudoed."""
        days = (card.expiration_date, card.program_id.date_to)
        return cls(
            method_id=method.fynlo_uuid,
            type=card.program_type,
            program=card.program_id.name,
            card=card._fynlo_masked(),
            balance=card._fynlo_balance(),
            expires_on=min(filter(None, days), default=None),
        )


class BalancesView(Reply):
    """The cards that were asked for; a customer may have none."""

    cards: list[StoredValueView]
