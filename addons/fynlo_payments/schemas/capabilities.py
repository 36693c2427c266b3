"""What the gateways of a store can do."""

from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Reply


class CapabilityView(Reply):
    """A payment method of the store and what its gateway can do; ``gateway`` null: none.

    ``clientAction`` names what the till's app confirms a payment with. ``storedValue``: gift cards
    or eWallets, which pay as tenders of a transaction.
    """

    method_id: str
    name: str
    gateway: str | None
    channels: list[Literal["card_present", "online", "apple_pay"]]
    capture_methods: list[Literal["automatic", "manual"]]
    partial_capture: bool
    refunds: Literal["none", "full", "partial"]
    saved_cards: bool
    client_action: str | None
    stored_value: Literal["gift_card", "ewallet"] | None

    @classmethod
    def of(cls, method, can):
        """Build it from one ``pos.payment.method``, sudoed, and ``_fynlo_capabilities`` or None."""
        nothing = {
            "gateway": None, "channels": [], "capture_methods": [], "partial_capture": False,
            "refunds": "none", "saved_cards": False, "client_action": None,
        }  # fmt: skip
        shared = {"name": method.name, "stored_value": method.fynlo_program_type or None}
        return cls(method_id=method.fynlo_uuid, **shared, **(can or nothing))


class CapabilitiesView(Reply):
    """All payment methods of the store."""

    methods: list[CapabilityView]
