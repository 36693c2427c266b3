"""What a till sends and is never told: movements of cash and of stock. They are differences."""

from .sync_row import SyncRow


class CashMovementRow(SyncRow):
    """Cash that was put into the drawer or taken out, as ``CashMoveCreate``."""

    type: str
    amount: int
    reason: str


class StockMoveRow(SyncRow):
    """So many more or fewer of a variant, as a line of ``AdjustmentCreate``."""

    product_id: str
    quantity: float
    reason: str
    lot: str | None
    note: str | None


SENT_ONLY = {"cashMovements": CashMovementRow, "stockMoves": StockMoveRow}
