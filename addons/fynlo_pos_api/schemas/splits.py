"""Bills that are split, and orders that are brought together."""

from typing import Annotated
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, Quantity, Reply
from pydantic import Field, field_validator, model_validator

from .carts import Seat
from .order_details import OrderView
from .order_edits import OrderStep
from .refunds import PositiveAmount


class SplitLine(Body):
    """A line that goes; of a part of it ``id`` becomes a new line."""

    line_id: UUID
    quantity: Quantity | None = None
    id: UUID | None = None


class SplitPart(Body):
    """A new order: some lines, or all that was ordered at some seats."""

    id: UUID
    lines: Annotated[list[SplitLine], Field(max_length=300)] = []
    seats: Annotated[list[Seat], Field(max_length=100)] = []

    @model_validator(mode="after")
    def _check_content(self):
        if bool(self.lines) == bool(self.seats):
            raise ValueError("name lines or seats")
        return self


class OrderSplit(OrderStep):
    """Body of ``POST /orders/{id}/split``: into ``orders``, or what is owed into shares.

    Shares come from ``amounts``, what is left being one more, or from so many equal ``parts``.
    """

    orders: Annotated[list[SplitPart], Field(max_length=50)] = []
    amounts: Annotated[list[PositiveAmount], Field(max_length=100)] = []
    parts: Annotated[int, Field(ge=2, le=100)] | None = None

    @model_validator(mode="after")
    def _check_way(self):
        if [bool(self.orders), bool(self.amounts), self.parts is not None].count(True) != 1:
            raise ValueError("name orders, amounts or parts")
        return self


class SplitView(Reply):
    """What is left of an order that was split, and the new orders."""

    order: OrderView
    orders: list[OrderView]

    @classmethod
    def of(cls, split):
        """Build it from the order and the new ones (``pos.order``)."""
        order, targets = split
        return cls(order=OrderView.of(order), orders=[OrderView.of(each) for each in targets])


class OrderMerge(OrderStep):
    """Body of ``POST /orders/{id}/merge``: which open orders join this one."""

    order_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]

    @field_validator("order_ids")
    @classmethod
    def _check_order_ids(cls, order_ids):
        if len(set(order_ids)) != len(order_ids):
            raise ValueError("each order joins once")
        return order_ids
