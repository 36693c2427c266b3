"""The receipt of an order as data; a till lays it out."""

from typing import Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, Query, Reply

from .customer_bodies import Email
from .order_details import OrderView

Paper = Literal["80mm", "58mm"]
#: Content type of what is printed.
PRINT_TYPES = {"escpos": "application/octet-stream", "pdf": "application/pdf"}


class ReceiptQuery(Query):
    """Query string of ``GET /orders/{id}/receipt``.

    ``paper`` and ``drawer`` are of print: without ``paper`` it is the store's own width, and
    ``drawer`` opens the cash drawer if cash was paid.
    """

    format: Literal["json", "escpos", "pdf"] = "json"
    paper: Paper | None = None
    drawer: bool = False


class OrderMail(Body):
    """Body of ``POST /orders/{id}/email``; without ``email`` it goes to the customer's own."""

    id: UUID
    email: Email | None = None


class SellerView(Reply):
    """Who sells: the company and its store."""

    name: str
    store: str
    street: str | None
    city: str | None
    postal_code: str | None
    country: str | None
    phone: str | None
    email: str | None
    tax_number: str | None

    @classmethod
    def of(cls, facts):
        """Build it from ``pos.order._fynlo_read_seller``."""
        return cls(
            name=facts.name,
            store=facts.store,
            street=facts.street or None,
            city=facts.city or None,
            postal_code=facts.zip or None,
            country=facts.country or None,
            phone=facts.phone or None,
            email=facts.email or None,
            tax_number=facts.vat or None,
        )


class ReceiptSettings(Reply):
    """What the store's receipts show, and the width of its paper."""

    header: str | None
    footer: str | None
    paper: Paper
    show_logo: bool
    show_address: bool
    show_tax_number: bool
    show_employee: bool
    show_customer: bool

    @classmethod
    def of(cls, config):
        """Build it from one ``pos.config``, or from ``pos.order._fynlo_read_seller``."""
        return cls(
            header=config.receipt_header or None,
            footer=config.receipt_footer or None,
            paper=config.fynlo_receipt_paper,
            show_logo=config.fynlo_receipt_logo,
            show_address=config.fynlo_receipt_address,
            show_tax_number=config.fynlo_receipt_tax_number,
            show_employee=config.fynlo_receipt_employee,
            show_customer=config.fynlo_receipt_customer,
        )


class ReceiptView(Reply):
    """A receipt; header and footer are the store's own words, ``layout`` what it wants shown."""

    seller: SellerView
    header: str | None
    footer: str | None
    layout: ReceiptSettings
    order: OrderView

    @classmethod
    def of(cls, order):
        """Build it from one ``pos.order``."""
        facts = order._fynlo_read_seller()
        return cls(
            seller=SellerView.of(facts),
            header=facts.receipt_header or None,
            footer=facts.receipt_footer or None,
            layout=ReceiptSettings.of(facts),
            order=OrderView.of(order),
        )
