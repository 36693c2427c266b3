"""Categories of the menu."""

from typing import Annotated
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, PageReply, Reply, ShortText
from pydantic import Field, field_validator

_Name = Annotated[ShortText, Field(min_length=1)]
_Color = Annotated[int, Field(ge=0, le=11)]
_Sequence = Annotated[int, Field(ge=0, le=10**6)]


class CategoryCreate(Body):
    """Body of ``POST /categories``; a lower ``sequence`` comes first."""

    id: UUID
    name: _Name
    parent_id: UUID | None = None
    color: _Color = 0
    sequence: _Sequence = 10


class CategoryUpdate(Body):
    """Body of ``PUT /categories/{id}``: what is left out stays."""

    name: _Name | None = None
    parent_id: UUID | None = None
    color: _Color | None = None
    sequence: _Sequence | None = None

    @field_validator("name", "color", "sequence")
    @classmethod
    def _check_present(cls, value):
        if value is None:
            raise ValueError("it cannot be taken away")
        return value


class CategoryView(Reply):
    """A category of the menu."""

    id: str
    parent_id: str | None
    name: str
    color: int
    sequence: int

    @classmethod
    def of(cls, category):
        """Build it from one ``pos.category``."""
        return cls(
            id=category.fynlo_uuid,
            parent_id=category.parent_id.fynlo_uuid or None,
            name=category.name,
            color=category.color,
            sequence=category.sequence,
        )


class CategoryPage(PageReply):
    """A page of categories, in the menu's order."""

    categories: list[CategoryView]

    @classmethod
    def of(cls, categories, total, query):
        """Build it from the categories of one page, the number of all, and the query."""
        views = [CategoryView.of(category) for category in categories]
        return cls(categories=views, **cls.paging(total, query))
