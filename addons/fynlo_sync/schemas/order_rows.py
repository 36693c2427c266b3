"""What a till gets of orders: those of sessions that are not closed, and open ones."""

from ..engine.collection import Collection, Source
from .sync_row import JsonText, Millis, SyncRow

#: Whether a changed order takes something back: most do not.
TAKES_BACK = """EXISTS (SELECT FROM pos_order_line back
    WHERE back.order_id = changed.id AND back.refunded_orderline_id IS NOT NULL)"""

#: Whether a changed order is in no session that is open: tills see it while it is open itself.
LIES_APART = """NOT EXISTS (
    SELECT FROM pos_session WHERE id = changed.session_id AND state != 'closed')"""


def follow_order(table, key):
    """Return the sources by which rows of a table come and go with their order.

    :param table: table of PostgreSQL, each of whose rows belongs to an order
    :param key: its column that names the order
    """
    of_order = f"SELECT id FROM {table} WHERE {key} = changed.id"
    of_session = f"""SELECT part.id FROM pos_order sold JOIN {table} part
                     ON part.{key} = sold.id WHERE sold.session_id = changed.id"""
    told = {"store": "changed.config_id", "only_updates": True}
    public_id = f"SELECT uuid FROM {table} WHERE id = hit.row_id"
    return (
        Source("pos_session", of_session, ("state",), **told),
        Source("pos_order", of_order, ("session_id", "config_id"), public_id=public_id, **told),
        Source("pos_order", of_order, ("state",), given=LIES_APART, **told),
    )


class OrderRow(SyncRow):
    """An order, as ``GET /orders/{id}`` tells it; its lines and payments are rows of their own."""

    reference: str
    tracking_number: str | None
    state: str
    payment_state: str
    version: int
    order_type: str | None
    table_id: str | None
    customer_id: str | None
    customer_name: str | None
    employee_id: str | None
    device_id: str | None
    session_id: str | None
    occurred_at: Millis
    scheduled_at: Millis | None
    guest_count: int
    currency: str
    subtotal: int
    tax_total: int
    tip: int
    total: int
    amount_paid: int
    amount_due: int
    change: int
    price_difference: int
    note: str | None
    split_from: str | None
    merged_into: str | None
    refund_of: str | None
    taxes: JsonText
    shares: JsonText
    refunds: JsonText
    delivery_address: JsonText


ORDERS = Collection(
    name="orders",
    table="pos_order",
    columns=(
        "pos_reference", "tracking_number", "state", "fynlo_state", "fynlo_version",
        "fynlo_order_type", "table_id", "partner_id", "floating_order_name", "employee_id",
        "fynlo_device_id", "session_id", "date_order", "preset_time", "customer_count",
        "amount_total", "amount_tax", "amount_paid", "amount_return", "tip_amount",
        "fynlo_price_difference", "general_customer_note", "fynlo_taxes", "fynlo_split_from_id",
        "fynlo_merged_into_id", "fynlo_is_money_back", "fynlo_delivery_address_id", "config_id",
    ),
    reader="fynlo.pull.orders",
    row=OrderRow,
    public_id="uuid",
    store="changed.config_id",
    company="changed.company_id",
    sources=(
        Source(
            "fynlo_order_share",
            "SELECT changed.order_id",
            ("order_id", "number", "amount"),
        ),
        # Of the web POS: the sums of its taxes are in its lines alone.
        Source(
            "pos_order_line",
            "SELECT changed.order_id",
            ("order_id", "product_id", "qty", "price_unit", "discount"),
            company="changed.company_id",
            given="""EXISTS (
                SELECT FROM pos_order WHERE id = changed.order_id AND fynlo_taxes IS NULL)""",
        ),
        # A refund changes what it was taken back from.
        Source(
            "pos_order_line",
            "SELECT order_id FROM pos_order_line WHERE id = changed.refunded_orderline_id",
            ("refunded_orderline_id", "qty"),
            company="changed.company_id",
            given="changed.refunded_orderline_id IS NOT NULL",
        ),
        Source(
            "pos_order",
            """SELECT sold.order_id FROM pos_order_line back
               JOIN pos_order_line sold ON sold.id = back.refunded_orderline_id
               WHERE back.order_id = changed.id""",
            ("state", "amount_total"),
            company="changed.company_id",
            only_updates=True,
            given=TAKES_BACK,
        ),
        # It leaves the till with its session.
        Source(
            "pos_session",
            "SELECT id FROM pos_order WHERE session_id = changed.id",
            ("state",),
            store="changed.config_id",
            only_updates=True,
        ),
    ),
)  # fmt: skip
