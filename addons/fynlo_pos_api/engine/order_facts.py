"""What replies tell of an order, put together from the rows of one query."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from math import copysign

BOOKED = ("paid", "done")


@dataclass(slots=True)
class OrderFacts:
    """An order and what belongs to it.

    Rows are dicts of columns, amounts floats in the currency of the order, times naive UTC.
    ``lines`` and ``payments`` are in the order of their making.
    """

    row: dict
    lines: list = field(default_factory=list)
    modifiers: dict = field(default_factory=lambda: defaultdict(list))  # by id of the line
    backs: dict = field(default_factory=lambda: defaultdict(list))  # lines of refunds, likewise
    payments: list = field(default_factory=list)
    shares: list = field(default_factory=list)
    items: list = field(default_factory=list)  # what the kitchen was sent
    is_refundable: bool = False  # of an order that has refunds: is anything of it left?
    address: dict | None = None

    def __getitem__(self, name):
        return self.row[name]

    def to_minor(self, amount):
        """Return ``amount`` in minor units of the order's currency."""
        return round(amount * 10 ** self.row["currency"]["digits"])

    def add(self, part, row):
        """Take one row of a part of the order: ``line``, ``payment``, ..."""
        if part in ("modifier", "back"):
            rows = self.modifiers if part == "modifier" else self.backs
            rows[row["line_id"]].append(row)
        elif part == "refundable":
            self.is_refundable = True
        elif part == "address":
            self.address = row
        else:
            getattr(self, f"{part}s").append(row)

    # --- Money

    def find_payment_state(self):
        """Return how much of the order is paid or was given back."""
        row = self.row
        if row["state"] not in BOOKED:
            return "partial" if self.to_minor(row["amount_paid"]) else "unpaid"
        if row["is_refund"] or not row["has_refunds"]:
            return "paid"
        is_whole = row["fynlo_is_money_back"] or not self.is_refundable
        return "refunded" if is_whole else "partially_refunded"

    def find_refunded(self, line):
        """Return ``(quantity, amount)`` that was given back for a line, both above zero."""
        backs = self.backs[line["id"]]
        quantity = -sum(each["qty"] for each in backs if each["state"] != "cancel")
        booked = [each for each in backs if each["state"] in BOOKED]
        return quantity, -sum(signed(each, "price_subtotal_incl") for each in booked)

    def find_refunds(self):
        """Return a row of each booked refund of the order, the oldest first."""
        rows = (row for rows in self.backs.values() for row in rows if row["state"] in BOOKED)
        return [row for _, row in sorted({row["order_id"]: row for row in rows}.items())]

    # --- Kitchen

    def count_sent(self):
        """Return ``{uuid of a line: how many of it the kitchen has}``.

        A dish that two stations make is sent once; of a combo the item that was sent most counts.
        """
        sent, by_line = defaultdict(float), {}
        for item in self.items:
            key = item["line_uuid"], item["product_id"], tuple(item["modifiers"] or ())
            sent[key, item["station_id"]] += item["live"] / item["per_line"]
        for (key, _station), quantity in sent.items():
            by_line[key[0]] = max(quantity, by_line.get(key[0], 0.0))
        return by_line


def signed(line, name):
    """Return ``price_subtotal`` or ``price_subtotal_incl`` of a line with its own sign.

    The web POS stores those of a refund above zero.
    """
    direction = line["qty"] * line["price_unit"]
    return copysign(line[name], direction) if direction else line[name]


def parse_time(text):
    """Return what PostgreSQL's JSON tells of a time as naive ``datetime``, ``None`` of none."""
    return datetime.fromisoformat(text).replace(microsecond=0) if text else None
