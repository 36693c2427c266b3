"""Card payments of the demo restaurant, as plain data."""
