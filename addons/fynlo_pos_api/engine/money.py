"""Money between Odoo (a float in the currency) and the wire (an integer of minor units)."""


def to_minor(amount, currency):
    """Return ``amount`` in minor units of ``currency`` (one ``res.currency``)."""
    return round(amount * 10**currency.decimal_places)


def from_minor(minor, currency):
    """Return minor units of ``currency`` as Odoo's amount."""
    return minor / 10**currency.decimal_places
