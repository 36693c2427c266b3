"""Disputes, payouts and compared days of Fynlo Bistro; nothing of it is at any gateway."""

#: Reference, state, amount, reason, days until the answer is due.
DISPUTES = (
    ("dp_demo_1", "needs_response", 42.50, "Product not received", 6),
    ("dp_demo_2", "under_review", 18.90, "Fraudulent", -2),
    ("dp_demo_3", "won", 23.00, "Duplicate", -40),
    ("dp_demo_4", "lost", 61.20, "Fraudulent", -55),
)

#: Reference, state, amount, days until it arrives, why it has failed.
PAYOUTS = (
    ("po_demo_1", "in_transit", 1284.15, 1, False),
    ("po_demo_2", "paid", 2310.40, -2, False),
    ("po_demo_3", "paid", 1975.85, -5, False),
    ("po_demo_4", "failed", 640.00, -8, "Account closed"),
)

#: Days back, money at the gateway, fees, movements; the last one has a charge nobody asked for.
DAYS = ((1, 812.40, 33.86, 31), (2, 1104.75, 44.34, 41), (3, 968.10, 38.97, 36))
STRAY = (4, 23.50)

#: Rules that are switched on, too: the bistro's cashiers work alone in the afternoon.
RULES = ("share", "same_cashier")
