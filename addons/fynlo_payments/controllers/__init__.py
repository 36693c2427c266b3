from . import (
    apple_pay,
    approvals,
    capabilities,
    gateway_events,
    payment_refunds,
    payment_transactions,
    payments,
    reconciliation,
    shop_events,
    square_events,
    stored_value,
    terminal,
)
