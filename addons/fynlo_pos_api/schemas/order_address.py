"""Where an order goes."""

from odoo.addons.fynlo_base.schemas.base import Reply


class DeliveryAddressView(Reply):
    """Where an order goes; latitude and longitude are ``None`` until somebody has set them."""

    id: str
    name: str
    phone: str | None
    street1: str | None
    street2: str | None
    postal_code: str | None
    city: str | None
    state: str | None
    country: str | None
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, address):
        """Build it from the address of :class:`OrderFacts`; ``None`` from none."""
        if not address:
            return None
        is_located = address["latitude"] or address["longitude"]
        return cls(
            id=address["uuid"],
            name=address["name"],
            phone=address["phone"] or None,
            street1=address["street"] or None,
            street2=address["street2"] or None,
            postal_code=address["zip"] or None,
            city=address["city"] or None,
            state=address["state"] or None,
            country=address["country"] or None,
            latitude=(address["latitude"] or 0.0) if is_located else None,
            longitude=(address["longitude"] or 0.0) if is_located else None,
        )
