"""What a product comes in, and what it asks the guest: attributes, choices, variants."""

from typing import Annotated
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, Reply, ShortText, SignedMinorAmount
from pydantic import Field, model_validator

from ..engine.money import to_minor
from ..engine.product_options import VARIANTS_LIMIT
from .catalog import CatalogVariant

Name = Annotated[ShortText, Field(min_length=1)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class ValueWrite(Body):
    """A value of an attribute; ``surcharge`` is added to the price, or taken off it."""

    id: UUID | None = None
    name: Name
    surcharge: SignedMinorAmount = 0


class ModifierWrite(ValueWrite):
    """A value that a guest may choose; ``custom`` ones take his words."""

    custom: bool = False


class AttributeWrite(Body):
    """An attribute that makes variants, one for each of its values.

    ``id`` names one that the product has; without it the name does.
    """

    id: UUID | None = None
    name: Name
    values: Annotated[list[ValueWrite], Field(min_length=1, max_length=50)]


class ChoiceWrite(Body):
    """A question that the product asks the guest; ``id`` as in an attribute."""

    id: UUID | None = None
    name: Name
    multiple: bool = False
    modifiers: Annotated[list[ModifierWrite], Field(min_length=1, max_length=50)]


class VariantWrite(Body):
    """What is a variant's own. It is named by its id, or by a value of each attribute, in order.

    What is left out stays, ``null`` takes it away.
    """

    id: UUID | None = None
    values: Annotated[list[Name], Field(max_length=10)] | None = None
    sku: Code | None = None
    barcode: Code | None = None
    active: bool = True

    @model_validator(mode="after")
    def _check_one(self):
        if (self.id is None) == (self.values is None):
            raise ValueError("either id or values is needed")
        return self


Attributes = Annotated[list[AttributeWrite], Field(max_length=10)]
Choices = Annotated[list[ChoiceWrite], Field(max_length=30)]
Variants = Annotated[list[VariantWrite], Field(max_length=VARIANTS_LIMIT)]


class ProductVariant(CatalogVariant):
    """A variant; one that is not ``active`` is sold by no till."""

    active: bool

    @classmethod
    def of(cls, view, variant):
        """Build it from the ``CatalogVariant`` of one ``product.product``."""
        return cls.model_construct(**dict(view), active=variant.active)


class AttributeValue(Reply):
    """A value of an attribute."""

    id: str
    name: str
    surcharge: int


class ProductAttribute(Reply):
    """An attribute that makes variants."""

    id: str
    name: str
    values: list[AttributeValue]

    @classmethod
    def of(cls, line):
        """Build it from one ``product.template.attribute.line``."""
        currency = line.env.company.currency_id
        values = [
            AttributeValue.model_construct(
                id=value.fynlo_uuid,
                name=value.name,
                surcharge=to_minor(value.price_extra, currency),
            )
            for value in line.product_template_value_ids._only_active()
        ]
        return cls.model_construct(id=line.fynlo_uuid, name=line.attribute_id.name, values=values)
