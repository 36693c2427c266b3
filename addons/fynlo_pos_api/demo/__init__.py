"""The demo restaurant: its menu as plain data."""
