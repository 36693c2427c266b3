"""What every row of the sync shares: WatermelonDB holds texts, numbers and booleans."""

from datetime import timezone
from typing import Annotated

from odoo.addons.fynlo_base.schemas.base import Reply
from pydantic import WithJsonSchema
from pydantic_core import to_json

#: A list or an object, as JSON in a text: what ``@json`` of WatermelonDB reads.
JsonText = Annotated[
    str, WithJsonSchema({"type": "string", "contentMediaType": "application/json"})
]
#: An instant in milliseconds since 1970: what ``@date`` of WatermelonDB reads.
Millis = int


class SyncRow(Reply):
    """A row of the till's database. Names are those of the routes; a name ending in ``Id`` is
    that of a row of another collection.
    """

    id: str


def to_text(value):
    """Return lists, dicts and reply schemas as JSON in a text."""
    return to_json(value, by_alias=True).decode()


def to_millis(value):
    """Return Odoo's naive UTC ``datetime`` as milliseconds, ``None`` of none."""
    return int(value.replace(tzinfo=timezone.utc).timestamp()) * 1000 if value else None
