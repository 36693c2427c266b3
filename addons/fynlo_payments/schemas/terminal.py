"""Card readers, and apps that read cards themselves."""

from typing import Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import Body, Reply


class ConnectionTokenView(Reply):
    """A token that the gateway's SDK asks for; it works once, for readers of ``location``.

    Tap to Pay on iPhone connects with the same token and location.
    """

    secret: str
    location: str


class ReaderView(Reply):
    """A card reader of the store; ``paymentId`` is the payment that its screen shows."""

    id: str
    label: str
    device_type: str
    serial_number: str
    status: Literal["online", "offline"]
    action: Literal["in_progress", "succeeded", "failed"] | None
    payment_id: str | None

    @classmethod
    def of(cls, reader, facts):
        """Build it from one ``fynlo.terminal.reader``, sudoed, and what is told of it now."""
        return cls(
            id=reader.fynlo_uuid,
            label=reader.name,
            device_type=reader.device_type or "",
            serial_number=reader.serial or "",
            status=reader.state,
            action=facts["action"] or None,
            payment_id=facts["payment"],
        )


class ReadersView(Reply):
    """The readers of the store's location."""

    readers: list[ReaderView]


class ReaderProcess(Body):
    """Body of ``POST /payments/terminal/readers/{id}/process``.

    The payment was made with ``channel: card_present`` and without a payment method.
    """

    id: UUID
    payment_id: UUID
