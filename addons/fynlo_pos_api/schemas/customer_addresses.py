"""Addresses of a customer."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, Reply, ShortText
from pydantic import Field

from .order_edits import Version

AddressType = Literal["main", "delivery", "invoice", "other"]
_Line = Annotated[str, Field(min_length=1, max_length=255)]


class AddressFields(Body):
    """Where somebody lives; without ``country`` it is the store's own."""

    street1: _Line
    street2: ShortText | None = None
    city: Annotated[str, Field(min_length=1, max_length=100)]
    state: Annotated[str, Field(max_length=64)] | None  # code or name; null where there are none
    postal_code: Annotated[str, Field(min_length=1, max_length=16)]
    country: Annotated[str, Field(pattern="^[A-Za-z]{2}$")] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class AddressCreate(AddressFields):
    """Body of ``POST /customers/{id}/addresses``; ``main`` is the customer's own address."""

    id: UUID | None = None
    type: AddressType = "delivery"
    label: ShortText | None = None


class AddressUpdate(AddressFields):
    """Body of ``PUT /customers/{id}/addresses/{addressId}``: takes the place of the old one."""

    version: Version | None = None
    type: AddressType = "delivery"
    label: ShortText | None = None


class AddressView(Reply):
    """An address. The customer's own has the customer's id."""

    id: UUID
    type: AddressType
    label: str | None
    street1: str | None
    street2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    version: int

    @classmethod
    def of(cls, address, customer):
        """Build it from one ``res.partner`` and the one whose address it is."""
        is_own = address == customer
        is_placed = bool(address.partner_latitude or address.partner_longitude)
        return cls.model_construct(
            id=UUID(address.fynlo_uuid),
            type="main" if is_own else address.type,
            label=None if is_own else address.name or None,
            street1=address.street or None,
            street2=address.street2 or None,
            city=address.city or None,
            state=address.state_id.code or None,
            postal_code=address.zip or None,
            country=address.country_id.code or None,
            latitude=address.partner_latitude if is_placed else None,
            longitude=address.partner_longitude if is_placed else None,
            version=address.fynlo_version,
        )


class AddressList(Reply):
    """All addresses of a customer, his own first."""

    addresses: list[AddressView]

    @classmethod
    def of(cls, addresses, customer):
        """Build it from ``res.partner`` records and the one whose addresses they are."""
        return cls(addresses=[AddressView.of(address, customer) for address in addresses])
