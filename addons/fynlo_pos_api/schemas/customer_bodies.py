"""What may be written of a customer, and what a list of customers may ask."""

import re
from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    LongText,
    PageQuery,
    ShortText,
    SignedMinorAmount,
    UtcInstant,
)
from odoo.tools import email_normalize
from pydantic import AfterValidator, Field, field_validator

from .customer_addresses import AddressFields
from .customer_preferences import PreferencesUpdate
from .order_edits import Version

CustomerStatus = Literal["active", "inactive", "suspended"]
CustomerType = Literal["individual", "business"]
Segment = Literal["new", "regular", "vip", "at_risk", "churned"]
Tier = Literal["bronze", "silver", "gold", "platinum"]
_PHONE = re.compile(r"\+?[0-9 ()./-]{3,32}")


def _check_email(value):
    if email_normalize(value) != value.lower():
        raise ValueError("an e-mail address is needed, e.g. jane@example.com")
    return value


def _check_phone(value):
    if not _PHONE.fullmatch(value) or sum(char.isdigit() for char in value) < 3:
        raise ValueError("a phone number is needed, e.g. +1 212 555 0100")
    return value


def _check_tag(value):
    if "," in value:
        raise ValueError("a tag has no comma")
    return value


Name = Annotated[str, Field(min_length=1, max_length=100)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_check_email)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_check_phone)]
Tag = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_check_tag)]
Tags = Annotated[list[Tag], Field(max_length=20)]


class CustomerCreate(Body):
    """Body of ``POST /customers``. ``null`` says that there is none."""

    id: UUID | None = None
    first_name: Name
    last_name: Name | None
    email: Email | None
    phone: Phone | None
    type: CustomerType = "individual"
    business_name: ShortText | None = None  # of a business; the names are its contact's then
    tags: Tags = []
    address: AddressFields | None = None
    preferences: PreferencesUpdate | None = None
    note: LongText | None = None
    allow_duplicate: bool = False  # another customer may have the same e-mail or phone


class CustomerUpdate(Body):
    """Body of ``PUT /customers/{id}``: what is left out stays, ``null`` takes it away."""

    version: Version | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    type: CustomerType | None = None
    business_name: ShortText | None = None
    status: CustomerStatus | None = None
    tags: Tags | None = None
    address: AddressFields | None = None
    note: LongText | None = None
    allow_duplicate: bool = False

    @field_validator("first_name", "type", "status", "tags")
    @classmethod
    def _check_present(cls, value):
        if value is None:
            raise ValueError("it cannot be taken away")
        return value


class CustomerQuery(PageQuery):
    """Query string of ``GET /customers``; all filters must hold, bounds are included."""

    query: Annotated[str, Field(max_length=100)] | None = None
    status: CustomerStatus | None = None  # without it: active and suspended
    type: CustomerType | None = None
    segment: Segment | None = None
    tier: Tier | None = None
    tags: Annotated[str, Field(max_length=500)] | None = None  # with commas between; all of them
    created_from: UtcInstant | None = None
    created_to: UtcInstant | None = None
    last_visit_from: UtcInstant | None = None
    last_visit_to: UtcInstant | None = None
    total_spent_min: SignedMinorAmount | None = None
    total_spent_max: SignedMinorAmount | None = None
    sort_by: Literal["createdAt", "name", "email", "lastVisitAt", "totalSpent"] = "createdAt"
    sort_order: Literal["asc", "desc"] = "desc"

    @property
    def tag_names(self):
        """The tags that a customer must have."""
        return [tag for name in (self.tags or "").split(",") if (tag := name.strip())]
