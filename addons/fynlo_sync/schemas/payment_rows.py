"""What a till gets of the payments of orders."""

from ..engine.collection import Collection
from .order_rows import follow_order
from .sync_row import Millis, SyncRow


class PaymentRow(SyncRow):
    """A payment of an order, as the order's own reply tells it."""

    order_id: str
    method_id: str
    type: str
    amount: int
    tendered: int
    change: int
    reference: str | None
    paid_at: Millis


PAYMENTS = Collection(
    name="payments",
    table="pos_payment",
    columns=(
        "pos_order_id", "payment_method_id", "amount", "is_change", "fynlo_change",
        "fynlo_reference", "transaction_id", "payment_date",
    ),
    reader="fynlo.pull.payments",
    row=PaymentRow,
    public_id="uuid",
    store="SELECT config_id FROM pos_order WHERE id = changed.pos_order_id",
    company="changed.company_id",
    where="changed.is_change IS NOT TRUE",
    sources=follow_order("pos_payment", "pos_order_id"),
)  # fmt: skip
