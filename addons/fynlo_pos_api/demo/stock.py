"""What Fynlo Bistro has run out of, and what it must not run out of."""

from . import bistro

#: Product: reason.
SOLD_OUT = {"Beef tartare": "Delivery comes tomorrow"}

#: Bottle: from how many on it is scarce.
THRESHOLDS = {name: 12 for name, _price, _cost, _bottles in bistro.BOTTLES}
