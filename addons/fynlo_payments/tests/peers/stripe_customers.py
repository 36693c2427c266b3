"""Customers, the cards that are kept for them, and how a card is kept."""

from .stripe_objects import invalid


class StripeCustomers:
    """The customers of one account."""

    def __init__(self, objects, emit):
        self._objects, self._emit = objects, emit

    def create_customer(self, params):
        """Return a new customer."""
        known = {name: params.get(name) for name in ("name", "email", "description")}
        return self._objects.make("customer", "cus", **known)

    def create_setup(self, params):
        """Return the setup of a card; it waits for one unless it is named and confirmed."""
        made = self._objects.make(
            "setup_intent", "seti", customer=params.get("customer"), usage="off_session",
            description=params.get("description"), payment_method=params.get("payment_method"),
            metadata=dict(params.get("metadata") or {}), status="requires_payment_method",
            last_setup_error=None, next_action=None,
        )  # fmt: skip
        made["client_secret"] = f"{made['id']}_secret_{made['_number']:08x}"
        if params.get("confirm") == "true":
            self.confirm_setup(made["id"], params)
        return made

    def confirm_setup(self, id_, params):
        """Keep a card for the customer of a setup, as the guest agrees to."""
        setup = self._objects.find("setup_intent", id_)
        kind = params.get("payment_method") or setup["payment_method"]
        if not kind:
            raise invalid("A payment method is missing.", "parameter_missing", "payment_method")
        kept = self._objects.make(
            "payment_method", "pm", type="card", customer=setup["customer"], _kind=kind,
            card={"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2040},
        )  # fmt: skip
        setup.update(status="succeeded", payment_method=kept["id"])
        self._emit("setup_intent.succeeded", setup)
        return setup

    def detach(self, id_):
        """Forget a card."""
        method = self._objects.find("payment_method", id_)
        if not method["customer"]:
            raise invalid("The payment method is attached to no customer.")
        method["customer"] = None
        self._emit("payment_method.detached", method)
        return method
