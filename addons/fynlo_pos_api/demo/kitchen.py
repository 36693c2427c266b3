"""Kitchen stations of Fynlo Bistro and what the guests should be told of its dishes."""

#: Name, categories, products that only it makes, whether it is the expo, colour.
STATIONS = (
    ("Kitchen", ("Mains", "Burgers", "Pizza", "Sides"), (), False, 2),
    ("Cold kitchen", ("Starters", "Desserts"), (), False, 4),
    ("Bar", ("Hot drinks", "Cold drinks"), ("Croissant",), False, 5),
    ("Expo", (), (), True, 10),
)

#: Product: allergens.
ALLERGENS = {
    "Garlic bread": "gluten, milk",
    "Caesar salad": "egg, fish, milk",
    "Grilled salmon": "fish",
    "Mushroom risotto": "milk",
    "Classic burger": "gluten, sesame",
    "Cheese burger": "gluten, milk, sesame",
    "Tiramisu": "egg, gluten, milk",
    "Chocolate fondant": "egg, gluten, milk",
    "Cheesecake": "egg, gluten, milk",
    "Croissant": "gluten, milk",
}
