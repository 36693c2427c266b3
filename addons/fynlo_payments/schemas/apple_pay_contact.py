"""Whom a guest names on Apple's payment sheet."""

from typing import Annotated

from odoo.addons.fynlo_base.schemas.base import Body, Reply
from pydantic import Field

#: Longer than any real one: an odd answer is dropped, and does not keep the guest from paying.
_Text = Annotated[str, Field(max_length=500)]


class SheetContact(Body):
    """``ApplePayPaymentContact`` as it came.

    E-mail, phone and given name are read, if the merchant asks for them and the order has none.
    Nothing else is kept.
    """

    email_address: _Text | None = None
    phone_number: _Text | None = None
    given_name: _Text | None = None
    family_name: _Text | None = None
    phonetic_given_name: _Text | None = None
    phonetic_family_name: _Text | None = None
    address_lines: Annotated[list[_Text], Field(max_length=10)] | None = None
    sub_locality: _Text | None = None
    locality: _Text | None = None
    postal_code: _Text | None = None
    sub_administrative_area: _Text | None = None
    administrative_area: _Text | None = None
    country: _Text | None = None
    country_code: _Text | None = None


class SheetShippingMethod(Reply):
    """How the order reaches its guest; ``amount`` is decimal text and part of the total."""

    label: str
    detail: str
    amount: str
    identifier: str
