"""Card payments of Fynlo Bistro's last evening; all of them are over."""

#: Who has sold and charged.
CASHIER = "Chloe Martin"

#: Minor units, channel, how the payment ended, its operations: kind, how that ended, code.
CARDS = (
    (2450, "card_present", "declined", [("create", "declined", "insufficient_funds")]),
    (
        1800,
        "online",
        "canceled",
        [("create", "authorized", None), ("capture", "failed", "invalid_request"),
         ("cancel", "canceled", None)],
    ),
    (990, "apple_pay", "failed", [("create", "failed", "gateway_key")]),
)  # fmt: skip

#: A split payment that was undone: cash, and two cards of which the second was declined.
SPLIT_CASH = 1000
SPLIT_CARDS = (
    (1500, "online", "canceled", [("create", "authorized", None), ("cancel", "canceled", None)]),
    (1500, "online", "canceled",
     [("create", "declined", "expired_card"), ("cancel", "canceled", None)]),
)  # fmt: skip

#: Minor units, reason, how it ended; booked.
REFUNDS = ((550, "Soup was cold", "booked"), (1890, "Paid twice", "returned"))

#: Kind and reference of what the provider has told.
EVENTS = (("charge.dispute.created", "pi_demo_dispute"), ("payout.paid", None))
