"""The switches of a store; ``docs/settings.md`` says what tills do with them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flag:
    """One switch.

    :ivar field: the boolean of ``pos.config`` that keeps it, with its default
    :ivar effect: what it does, for people
    """

    field: str
    effect: str


FLAGS = {
    "tips": Flag("fynlo_flag_tips", "Tills ask for a tip when a card pays."),
    "tables": Flag("fynlo_flag_tables", "Tills show the floor plan first."),
    "kitchen": Flag("fynlo_flag_kitchen", "Tills offer to send orders to the kitchen."),
    "customer_display": Flag("fynlo_flag_customer_display", "Tills drive a display for the guest."),
    "strict_stock": Flag("fynlo_is_strict_stock", "The server never sells more than there is."),
}
