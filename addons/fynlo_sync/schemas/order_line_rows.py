"""What a till gets of the lines of orders."""

from ..engine.collection import Collection, Source
from .order_rows import TAKES_BACK, follow_order
from .sync_row import JsonText, SyncRow


class OrderLineRow(SyncRow):
    """A line of an order, as the order's own reply tells it."""

    order_id: str
    parent_id: str | None
    product_id: str
    name: str
    quantity: float
    refunded_quantity: float
    refunded_total: int
    unit_price: int
    discount_percent: float
    subtotal: int
    total: int
    modifiers: JsonText
    note: str | None
    kind: str | None
    seat: int | None
    comp_reason: str | None
    course: int | None
    sent_quantity: float


ORDER_LINES = Collection(
    name="orderLines",
    table="pos_order_line",
    columns=(
        "order_id", "product_id", "full_product_name", "qty", "price_unit", "discount",
        "price_subtotal", "price_subtotal_incl", "customer_note", "fynlo_kind", "fynlo_seat",
        "fynlo_comp_reason", "course_id", "combo_parent_id",
    ),
    reader="fynlo.pull.order_lines",
    row=OrderLineRow,
    public_id="uuid",
    store="SELECT config_id FROM pos_order WHERE id = changed.order_id",
    company="changed.company_id",
    sources=(
        Source(
            "pos_order_line",
            "SELECT changed.refunded_orderline_id",
            ("refunded_orderline_id", "qty", "price_subtotal_incl"),
            company="changed.company_id",
            given="changed.refunded_orderline_id IS NOT NULL",
        ),
        Source(
            "pos_order",
            """SELECT back.refunded_orderline_id FROM pos_order_line back
               WHERE back.order_id = changed.id""",
            ("state",),
            company="changed.company_id",
            only_updates=True,
            given=TAKES_BACK,
        ),
        Source(
            "pos_order_line_product_template_attribute_value_rel",
            "SELECT changed.pos_order_line_id",
        ),
        Source(
            "product_attribute_custom_value",
            "SELECT changed.pos_order_line_id",
            ("pos_order_line_id", "custom_value"),
        ),
        Source(
            "fynlo_kitchen_item",
            """SELECT id FROM pos_order_line
               WHERE order_id = changed.order_id AND uuid = changed.line_uuid""",
            ("line_uuid", "quantity", "cancelled_quantity"),
            store="changed.config_id",
        ),
        *follow_order("pos_order_line", "order_id"),
    ),
)  # fmt: skip
