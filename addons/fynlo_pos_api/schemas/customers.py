"""Customers as the API tells of them."""

from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import PageReply, Reply, UtcInstant, from_odoo_datetime
from odoo.tools import html2plaintext

from ..engine.money import to_minor
from .customer_addresses import AddressView
from .customer_bodies import CustomerStatus, CustomerType, Segment, Tier


class CustomerSummary(Reply):
    """A customer in a list; ``totalSpent`` is what he paid less what he got back."""

    id: UUID
    number: str | None
    type: CustomerType
    status: CustomerStatus
    segment: Segment | None
    tier: Tier | None
    name: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    tags: list[str]
    created_at: UtcInstant
    last_visit_at: UtcInstant | None
    total_spent: int
    order_count: int
    currency: str
    version: int

    @classmethod
    def of(cls, customer):
        """Build it from one ``res.partner``."""
        return cls.model_construct(**cls._values(customer))

    @classmethod
    def _values(cls, customer):
        currency = customer.env.company.currency_id
        return {
            "id": UUID(customer.fynlo_uuid),
            "number": customer.ref or None,
            "type": "business" if customer.is_company else "individual",
            "status": customer.fynlo_status,
            "segment": customer.fynlo_segment or None,
            "tier": customer.fynlo_tier or None,
            "name": customer.name or "",
            "first_name": customer.fynlo_first_name or None,
            "last_name": customer.fynlo_last_name or None,
            "email": customer.email or None,
            "phone": customer.phone or None,
            "tags": sorted(customer.category_id.mapped("name")),
            "created_at": from_odoo_datetime(customer.create_date),
            "last_visit_at": from_odoo_datetime(customer.fynlo_visited_now),
            "total_spent": to_minor(customer.fynlo_spent_now, currency),
            "order_count": customer.fynlo_orders_now,
            "currency": currency.name,
            "version": customer.fynlo_version,
        }


class CustomerView(CustomerSummary):
    """A customer with his own address and the shop's note on him."""

    address: AddressView | None
    note: str | None

    @classmethod
    def of(cls, customer):
        """Build it from one ``res.partner``."""
        return cls.model_construct(
            **cls._values(customer),
            address=AddressView.of(customer, customer) if customer._fynlo_has_address() else None,
            note=html2plaintext(customer.comment or "").strip() or None,
        )


class CustomerPage(PageReply):
    """A page of customers."""

    customers: list[CustomerSummary]

    @classmethod
    def of(cls, customers, total, query):
        """Build it from the customers of one page, the number of all, and the query."""
        return cls.model_construct(
            customers=[CustomerSummary.of(customer) for customer in customers],
            **cls.paging(total, query),
        )
