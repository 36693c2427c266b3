"""Stripe Terminal: connection tokens, locations, and readers that do one thing at a time."""

from .stripe_objects import StripeFault, invalid


class StripeTerminal:
    """The readers of one account; guests tap with :meth:`present`."""

    def __init__(self, objects, emit):
        self._objects, self._emit = objects, emit

    def create_token(self, params):
        """Return a connection token; of one location if it is named."""
        location = params.get("location")
        if location:
            self._objects.find("terminal.location", location)
        made = self._objects.make("terminal.connection_token", "pst", location=location)
        return {**made, "secret": f"pst_test_{made['_number']:08x}"}

    def add_location(self, name):
        """Return a new location, as somebody makes it in Stripe's dashboard."""
        return self._objects.make("terminal.location", "tml", display_name=name)

    def add_reader(self, label, location):
        """Return a new reader of a location."""
        return self._objects.make(
            "terminal.reader", "tmr", label=label, location=location, status="online",
            device_type="bbpos_wisepos_e", serial_number="WSC513105011295", action=None,
        )  # fmt: skip

    def process(self, id_, params):
        """Let a reader ask for a card."""
        reader = self._free_reader(id_)
        intent = self._objects.find("payment_intent", params.get("payment_intent", ""))
        if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
            raise invalid("The PaymentIntent cannot be processed.", "intent_invalid_state")
        reader["action"] = {
            "type": "process_payment_intent", "status": "in_progress", "failure_code": None,
            "failure_message": None, "process_payment_intent": {"payment_intent": intent["id"]},
        }  # fmt: skip
        return reader

    def refund(self, id_, params):
        """Let a reader ask for the card that gets the money back."""
        reader = self._free_reader(id_)
        details = {key: params[key] for key in ("payment_intent", "amount") if key in params}
        reader["action"] = {
            "type": "refund_payment", "status": "in_progress", "failure_code": None,
            "failure_message": None, "refund_payment": {**details, "refund": None},
        }  # fmt: skip
        return reader

    def cancel(self, id_):
        """Stop what a reader waits for."""
        reader = self._objects.find("terminal.reader", id_)
        if reader["action"] and reader["action"]["status"] == "in_progress":
            reader["action"] = None
        return reader

    def present(self, id_, method="pm_card_visa"):
        """Tap a card."""
        reader = self._objects.find("terminal.reader", id_)
        action = reader["action"]
        if not action or action["status"] != "in_progress":
            raise invalid("The reader waits for nothing.", "terminal_reader_invalid_state")
        try:
            if action["type"] == "refund_payment":
                refund = self._objects.create_refund(action["refund_payment"])
                action["refund_payment"]["refund"] = refund["id"]
            else:
                intent_id = action["process_payment_intent"]["payment_intent"]
                self._objects.confirm_intent(intent_id, {"payment_method": method})
        except StripeFault as fault:
            action.update(status="failed", failure_code=fault.error.get("decline_code"))
            action["failure_message"] = fault.error["message"]
            self._emit("terminal.reader.action_failed", reader)
        else:
            action["status"] = "succeeded"
            self._emit("terminal.reader.action_succeeded", reader)
        return reader

    def _free_reader(self, id_):
        reader = self._objects.find("terminal.reader", id_)
        if reader["status"] != "online":
            raise invalid("The reader is offline.", "terminal_reader_offline")
        if reader["action"] and reader["action"]["status"] == "in_progress":
            raise invalid("The reader is busy.", "terminal_reader_busy")
        return reader
