"""A receiver of Fynlo Bistro that is switched off: the demo calls nobody."""

URL, DESCRIPTION = "https://example.com/fynlo", "Loyalty mails (an example, switched off)"
EVENTS = ("customer.created", "product.availability", "product.updated")

#: What the receiver says, by HTTP status.
ANSWERS = {200: "thank you", 410: "gone", 503: "try again later"}

#: Event, model of its subject, state, attempts, status, failure, milliseconds; the oldest first.
DELIVERIES = (
    ("customer.created", "res.partner", "delivered", 1, 200, None, 84),
    ("product.updated", "product.template", "delivered", 3, 204, None, 131),
    ("product.updated", "product.template", "dead", 19, 410, "The receiver answered 410.", 57),
    ("customer.created", "res.partner", "failed", 4, 503, "The receiver answered 503.", 212),
    ("product.updated", "product.template", "pending", 0, None, None, None),
)
