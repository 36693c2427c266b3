"""How much there is of a product."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Quantities of one product at a store, in the product's unit.

    :ivar on_hand: what Odoo's stock says
    :ivar pending: sold, and not taken out of it yet
    :ivar reserved: set aside for deliveries, open orders and reservations
    :ivar expired: on hand, free, and past the date at which it has to leave the shelf
    """

    on_hand: float = 0.0
    pending: float = 0.0
    reserved: float = 0.0
    expired: float = 0.0

    @property
    def available(self):
        """What can be sold; below zero if more was."""
        return self.on_hand - self.pending - self.reserved - self.expired

    @property
    def on_shelf(self):
        """What somebody counts who stands there: what is sold has been carried out."""
        return self.on_hand - self.pending
