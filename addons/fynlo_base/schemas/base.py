"""What every schema shares: camelCase on the wire, strict types, no unknown keys."""

import re
from datetime import datetime, timezone
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

#: Largest amount the API takes or tells, in minor units: far above any till, far below 2**53.
AMOUNT_LIMIT = 10**12
#: Largest quantity of one line.
QUANTITY_LIMIT = 10**6


class Body(BaseModel):
    """A request body. Strict: ``"5"`` is no number, and an unknown key is an error."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=False,
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
    )


class Query(BaseModel):
    """A query string. Text is converted; an unknown parameter is an error."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=False,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


class PageQuery(Query):
    """Query string of a list: ``?page=1&limit=20``."""

    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    limit: Annotated[int, Field(ge=1, le=100)] = 20

    @property
    def offset(self):
        """How many rows lie before the page."""
        return (self.page - 1) * self.limit

    def find_total(self, shown, count):
        """Return how many rows there are of all.

        :param shown: how many of them are on the page; less than a full one tells the total
        :param count: asks for it where the page does not tell
        """
        if 0 < shown < self.limit or (not shown and not self.offset):
            return self.offset + shown
        return count()


class Reply(BaseModel):
    """A reply document, made by the server and therefore not validated twice.

    Every field is always there, also one with a default: its schema says so.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        json_schema_serialization_defaults_required=True,
    )


class EmptyReply(Reply):
    """The ``data`` of a reply that has nothing more to say: ``{}``."""


class PageReply(Reply):
    """What a page of a list tells beside its rows."""

    total: int
    page: int
    limit: int
    total_pages: int

    @staticmethod
    def paging(total, query):
        """Return these four of a page, from the number of all rows and its ``PageQuery``."""
        pages = -(-total // query.limit)
        return {"total": total, "page": query.page, "limit": query.limit, "total_pages": pages}


_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)


def _check_rfc3339(value):
    """Pydantic would also take ``"1767225600"``."""
    if not isinstance(value, datetime) and not _RFC3339.fullmatch(str(value)):
        raise ValueError("a time as in RFC 3339 is needed, e.g. 2026-01-31T12:00:00Z")
    return value


def _check_number(value):
    """Pydantic would also take ``"5"`` for a decimal number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("a number is needed")
    return value


def _to_utc(value):
    if value.tzinfo is None:
        raise ValueError("a time needs its offset, e.g. 2026-01-31T12:00:00Z")
    if not 2000 <= value.year <= 2100:  # also keeps the conversion below from overflowing
        raise ValueError("a time between the years 2000 and 2100 is needed")
    return value.astimezone(timezone.utc).replace(microsecond=0)


def _format_utc(value):
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


#: An instant: aware ``datetime`` in UTC, whole seconds; RFC 3339 with ``Z`` on the wire.
UtcInstant = Annotated[
    datetime,
    Strict(False),  # the text was checked before: let it be converted
    BeforeValidator(_check_rfc3339),
    AfterValidator(_to_utc),
    PlainSerializer(_format_utc, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
#: Money: integer minor units of the store's currency, zero or more.
MinorAmount = Annotated[int, Field(ge=0, le=AMOUNT_LIMIT)]
#: Money that may be negative (differences, refunds).
SignedMinorAmount = Annotated[int, Field(ge=-AMOUNT_LIMIT, le=AMOUNT_LIMIT)]
_AS_NUMBER = PlainSerializer(float, return_type=float, when_used="json")
#: A quantity above zero, a number on the wire; at most six decimals.
Quantity = Annotated[
    Decimal,
    Strict(False),
    Field(gt=0, le=QUANTITY_LIMIT, decimal_places=6),
    BeforeValidator(_check_number),
    _AS_NUMBER,
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": QUANTITY_LIMIT}),
]
#: A quantity, or 0 for none at all.
QuantityOrZero = Annotated[
    Decimal,
    Strict(False),
    Field(ge=0, le=QUANTITY_LIMIT, decimal_places=6),
    BeforeValidator(_check_number),
    _AS_NUMBER,
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": QUANTITY_LIMIT}),
]
#: A share in percent, 0 to 100, a number on the wire; at most two decimals.
Percent = Annotated[
    Decimal,
    Strict(False),
    Field(ge=0, le=100, decimal_places=2),
    BeforeValidator(_check_number),
    _AS_NUMBER,
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]
#: One line of text for people.
ShortText = Annotated[str, Field(max_length=255)]
#: A note.
LongText = Annotated[str, Field(max_length=2000)]


def from_odoo_datetime(value):
    """Return Odoo's naive UTC ``datetime`` (or ``False``) as an aware one (or ``None``)."""
    return value.replace(tzinfo=timezone.utc) if value else None


def to_odoo_datetime(value):
    """Return an aware ``datetime`` as Odoo stores it: naive UTC, whole seconds."""
    return value.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
