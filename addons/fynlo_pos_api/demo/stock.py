"""What Fynlo Bistro has run out of."""

#: Product: reason.
SOLD_OUT = {"Beef tartare": "Delivery comes tomorrow"}
