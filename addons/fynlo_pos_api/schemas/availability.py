"""What is sold out, and until when."""

from typing import Annotated
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    Reply,
    ShortText,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field, model_validator


class AvailabilityWrite(Body):
    """Body of ``PUT /products/{id}/availability``; without ``until`` it stays until taken back."""

    available: bool
    reason: Annotated[ShortText, Field(min_length=1)] | None = None
    until: UtcInstant | None = None

    @model_validator(mode="after")
    def _check_parts(self):
        if self.available and (self.reason or self.until):
            raise ValueError("reason and until are of what is sold out")
        return self


class VariantAvailability(Reply):
    """Whether a variant can be sold in the store now."""

    id: str
    available: bool
    reason: str | None
    since: UtcInstant | None
    until: UtcInstant | None


class AvailabilityView(Reply):
    """Answer of ``PUT /products/{id}/availability``: each variant that the id names."""

    id: str
    available: bool
    variants: list[VariantAvailability]

    @classmethod
    def of(cls, uuid: UUID, products, outages):
        """Build it from the variants that ``uuid`` names and what is sold out of them, sudoed."""
        outage_of = outages.grouped("product_id")
        variants = [
            _variant(product, outage_of.get(product, outages.browse())) for product in products
        ]
        return cls(id=str(uuid), available=not outages, variants=variants)


def _variant(product, outage):
    return VariantAvailability(
        id=product.fynlo_uuid,
        available=not outage,
        reason=outage.reason or None,
        since=from_odoo_datetime(outage.since),
        until=from_odoo_datetime(outage.until),
    )
