"""What is told of customers beside their own data: purchases, figures, merging, privacy."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    PageQuery,
    PageReply,
    Query,
    Reply,
    UtcInstant,
)
from pydantic import Field

from .customer_addresses import AddressView
from .customer_preferences import PreferencesView
from .customers import CustomerView

_SEGMENTS = ("new", "regular", "vip", "at_risk", "churned")
_TIERS = ("bronze", "silver", "gold", "platinum")


class PurchaseQuery(PageQuery):
    """Query string of ``GET /customers/{id}/orders``; the bounds are included."""

    from_: Annotated[UtcInstant | None, Field(alias="from")] = None
    to: UtcInstant | None = None


class PurchaseView(Reply):
    """An order of a till, or a sales order of Odoo; only the till's has an id to read it by."""

    kind: Literal["pos", "sale"]
    id: str | None
    reference: str
    state: str
    payment_state: str | None
    is_refund: bool
    occurred_at: UtcInstant
    currency: str
    total: int


class PurchasePage(PageReply):
    """A page of what a customer has bought, the newest first."""

    orders: list[PurchaseView]

    @classmethod
    def of(cls, rows, total, query):
        """Build it from the values of one page, the number of all, and the query."""
        orders = [PurchaseView.model_construct(**row) for row in rows]
        return cls.model_construct(orders=orders, **cls.paging(total, query))


class CustomerStats(Reply):
    """All customers in figures; ``none`` counts those without a segment or tier."""

    total: int
    by_status: dict[str, int]
    by_type: dict[str, int]
    by_segment: dict[str, int]
    by_tier: dict[str, int]
    total_spent: int
    average_spent: int
    currency: str

    @classmethod
    def of(cls, found):
        """Build it from what ``_fynlo_customer_stats`` has found."""
        kinds = found["by_type"]
        return cls(
            total=found["total"],
            by_status=_count(found["by_status"], ("active", "inactive", "suspended")),
            by_type={"individual": kinds.get(False, 0), "business": kinds.get(True, 0)},
            by_segment=_count(found["by_segment"], _SEGMENTS, "none"),
            by_tier=_count(found["by_tier"], _TIERS, "none"),
            total_spent=found["total_spent"],
            average_spent=round(found["total_spent"] / found["total"]) if found["total"] else 0,
            currency=found["currency"],
        )


def _count(found, keys, without=None):
    counts = {key: found.get(key, 0) for key in keys}
    return {**counts, without: found.get(False, 0)} if without else counts


class CustomerMerge(Body):
    """Body of ``POST /customers/{id}/merge``: these become the one of the path."""

    source_ids: Annotated[list[UUID], Field(min_length=1, max_length=10)]


class CustomerRemoval(Query):
    """Query string of ``DELETE /customers/{id}``: archive, or erase for good."""

    erase: bool = False


class CustomerExport(Reply):
    """All that is stored about a person, as one document."""

    exported_at: UtcInstant
    customer: CustomerView
    addresses: list[AddressView]
    preferences: PreferencesView
    records: dict[str, list]

    @classmethod
    def of(cls, customer, sections, exported_at):
        """Build it from one ``res.partner``, the sections of the export, and its instant."""
        addresses = customer._fynlo_list_addresses()
        return cls.model_construct(
            exported_at=exported_at,
            customer=CustomerView.of(customer),
            addresses=[AddressView.of(address, customer) for address in addresses],
            preferences=PreferencesView.of(customer),
            records=sections,
        )
