"""Menu, tables and people of Fynlo Bistro. Prices are without tax, in any currency."""

CATEGORIES = (
    "Starters", "Mains", "Burgers", "Pizza", "Sides", "Desserts", "Hot drinks", "Cold drinks",
    "Set menus",
)  # fmt: skip

#: Name, category, price, cost, attributes.
PRODUCTS = (
    ("Tomato soup", "Starters", 5.90, 1.30, ()),
    ("Garlic bread", "Starters", 4.50, 0.90, ()),
    ("Caesar salad", "Starters", 8.50, 2.40, ("Dressing",)),
    ("Beef tartare", "Starters", 13.90, 5.10, ()),
    ("Ribeye steak", "Mains", 27.50, 11.20, ("Doneness", "Sauce")),
    ("Grilled salmon", "Mains", 21.90, 8.30, ("Sauce",)),
    ("Mushroom risotto", "Mains", 16.50, 4.10, ()),
    ("Roast chicken", "Mains", 17.90, 5.20, ()),
    ("Classic burger", "Burgers", 13.50, 4.20, ("Doneness", "Burger extras", "Wish")),
    ("Cheese burger", "Burgers", 14.50, 4.60, ("Doneness", "Burger extras", "Wish")),
    ("Veggie burger", "Burgers", 13.90, 3.90, ("Burger extras", "Wish")),
    ("Pizza Margherita", "Pizza", 11.50, 2.60, ("Pizza size", "Pizza extras")),
    ("Pizza Funghi", "Pizza", 12.90, 3.10, ("Pizza size", "Pizza extras")),
    ("Pizza Diavola", "Pizza", 13.90, 3.40, ("Pizza size", "Pizza extras")),
    ("French fries", "Sides", 4.20, 0.80, ()),
    ("Sweet potato fries", "Sides", 5.20, 1.20, ()),
    ("Green salad", "Sides", 4.50, 1.10, ("Dressing",)),
    ("Steamed rice", "Sides", 3.50, 0.60, ()),
    ("Tiramisu", "Desserts", 6.90, 1.90, ()),
    ("Chocolate fondant", "Desserts", 7.50, 2.00, ()),
    ("Cheesecake", "Desserts", 6.50, 1.70, ()),
    ("Croissant", "Desserts", 2.80, 0.90, ()),
    ("Espresso", "Hot drinks", 2.50, 0.40, ()),
    ("Cappuccino", "Hot drinks", 3.60, 0.70, ("Cup", "Milk")),
    ("Latte", "Hot drinks", 3.90, 0.80, ("Cup", "Milk")),
    ("Tea", "Hot drinks", 2.90, 0.30, ()),
    ("Orange juice", "Cold drinks", 4.20, 1.40, ()),
    ("Lemonade", "Cold drinks", 3.90, 0.80, ()),
)  # fmt: skip

#: Bottled drinks are counted: name, price, cost, bottles on hand.
BOTTLES = (
    ("Sparkling water", 2.90, 0.60, 120),
    ("Cola", 3.20, 0.75, 96),
    ("House lager", 4.60, 1.30, 72),
    ("House red wine", 24.00, 9.50, 24),
)

#: Name: (makes variants, how it is chosen, values with their surcharge).
ATTRIBUTES = {
    "Doneness": ("no_variant", "radio", {"Rare": 0, "Medium": 0, "Well done": 0}),
    "Sauce": ("no_variant", "radio", {"Pepper": 0, "Béarnaise": 0.80, "Chimichurri": 0.50}),
    "Dressing": ("no_variant", "radio", {"Vinaigrette": 0, "Yoghurt": 0, "Caesar": 0.40}),
    "Burger extras": ("no_variant", "multi", {"Bacon": 1.50, "Egg": 1.20, "Avocado": 1.80}),
    "Pizza extras": ("no_variant", "multi", {"Olives": 0.90, "Extra cheese": 1.40}),
    "Milk": ("no_variant", "radio", {"Whole milk": 0, "Oat milk": 0.50, "Soy milk": 0.50}),
    "Wish": ("no_variant", "multi", {"For the kitchen": 0}),
    "Cup": ("always", "pills", {"Small": 0, "Large": 0.90}),
    "Pizza size": ("always", "pills", {"Regular": 0, "Family": 6.50}),
}
#: Values that take words of the guest.
CUSTOM_VALUES = {"For the kitchen"}

#: Name, price, parts; a part is its name and the products with their extra price.
COMBOS = (
    ("Lunch menu", 15.90, (
        ("Lunch main", {"Classic burger": 0, "Mushroom risotto": 0, "Roast chicken": 1.50}),
        ("Lunch side", {"French fries": 0, "Green salad": 0, "Sweet potato fries": 1.00}),
        ("Lunch drink", {"Lemonade": 0, "Cola": 0, "House lager": 1.20}),
    )),
    ("Breakfast set", 6.90, (
        ("Breakfast drink", {"Espresso": 0, "Tea": 0, "Orange juice": 0.80}),
        ("Breakfast bite", {"Croissant": 0, "Cheesecake": 2.00}),
    )),
)  # fmt: skip

#: Floor: seats of its tables.
FLOORS = {"Dining room": (2, 2, 4, 4, 4, 6, 6, 8), "Terrace": (2, 2, 4, 4)}

#: Purses of the waiters; a till's own drawer is named when it is paired.
DRAWERS = ("Purse 1", "Purse 2", "Purse 3")

#: Name of the order type's preset.
PRESETS = {"dine_in": "Dine in", "takeaway": "Takeaway", "delivery": "Delivery"}

#: Order types with slots: opens, closes, minutes of a slot, orders in one; every day.
SLOTS = {"takeaway": (11.5, 21.5, 15, 4)}

#: Name, role, login of his Odoo user or ``None``.
PEOPLE = (
    ("Olivia Ortega", "owner", "olivia"),
    ("Marco Rossi", "manager", "marco"),
    ("Sana Khan", "supervisor", None),
    ("Chloe Martin", "cashier", None),
    ("Ben Carter", "cashier", None),
    ("Kenji Mori", "kitchen", "kenji"),
)

#: Job and pay for an hour of those who work by the hour.
JOBS = {
    "Marco Rossi": ("Restaurant manager", 28.0),
    "Sana Khan": ("Shift lead", 21.5),
    "Chloe Martin": ("Waiter", 17.0),
    "Ben Carter": ("Barista", 16.5),
}
