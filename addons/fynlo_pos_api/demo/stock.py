"""What Fynlo Bistro has run out of, and what it must not run out of."""

from . import bistro

#: Product: reason.
SOLD_OUT = {"Beef tartare": "Delivery comes tomorrow"}

#: Bottle: from how many on it is scarce.
THRESHOLDS = {name: 12 for name, _price, _cost, _bottles in bistro.BOTTLES}

#: Fresh bottles: price, cost, and their lots: name, bottles, days until they expire.
FRESH = {
    "Fresh apple juice": (3.60, 1.10, (("AJ-112", 3, -1), ("AJ-115", 8, 2), ("AJ-121", 24, 9))),
    "Ginger shot": (2.80, 0.90, (("GS-041", 10, 6), ("GS-044", 20, 26))),
}
#: Days: a lot expires after it came in, an alert is due before that, it leaves the shelf before.
FRESH_DAYS = {"expiration_time": 14, "alert_time": 3, "removal_time": 1}
