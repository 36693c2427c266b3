"""What an export may ask: a kind of file, and the filters of the list without its pages."""

from typing import Annotated, Literal

from odoo.addons.fynlo_base.schemas.base import Query, UtcInstant
from pydantic import Field

from .customer_bodies import CustomerQuery

FileFormat = Literal["csv", "xlsx"]


class CustomerExportQuery(CustomerQuery):
    """Query string of ``GET /exports/customers``: the list's filters; pages are ignored.

    Without ``status`` archived customers are left out, as in the list.
    """

    format: FileFormat = "csv"


class ProductExportQuery(Query):
    """Query string of ``GET /exports/products``: those on sale, or the archived ones."""

    format: FileFormat = "csv"
    active: bool = True


class OrderExportQuery(Query):
    """Query string of ``GET /exports/orders``; the bounds are included."""

    format: FileFormat = "csv"
    from_: Annotated[UtcInstant | None, Field(alias="from")] = None
    to: UtcInstant | None = None
