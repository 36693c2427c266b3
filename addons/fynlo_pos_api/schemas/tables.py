"""Floors and tables of a restaurant."""

from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Reply


class TableView(Reply):
    """A table; ``orderIds`` are its open orders, the oldest first."""

    id: str
    number: int
    seats: int
    shape: Literal["square", "round"]
    status: Literal["free", "occupied"]
    order_ids: list[str]

    @classmethod
    def of(cls, table, orders):
        """Build it from one ``restaurant.table`` and its open ``pos.order``."""
        return cls(
            id=table.fynlo_uuid,
            number=table.table_number,
            seats=table.seats,
            shape=table.shape,
            status="occupied" if orders else "free",
            order_ids=orders.mapped("uuid"),
        )


class FloorView(Reply):
    """A floor with its tables, in the order of their numbers."""

    id: str
    name: str
    tables: list[TableView]


class TablePlan(Reply):
    """All floors of the store, in the restaurant's order."""

    floors: list[FloorView]

    @classmethod
    def of(cls, floors, orders_of):
        """Build it from ``restaurant.floor`` records and ``{table: open orders}``."""
        return cls(
            floors=[
                FloorView(
                    id=floor.fynlo_uuid,
                    name=floor.name,
                    tables=[
                        TableView.of(table, orders_of.get(table, floor.env["pos.order"]))
                        for table in floor.table_ids.sorted("table_number")
                    ],
                )
                for floor in floors
            ]
        )
