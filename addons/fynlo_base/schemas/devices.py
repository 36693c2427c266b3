"""Wire documents of ``/devices``."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from .base import Body, PageQuery, PageReply, Reply, UtcInstant, from_odoo_datetime

Platform = Literal["ios", "ipados", "android", "web", "other"]

_SORT_FIELDS = {"number": "number", "name": "name", "state": "state", "lastSeenAt": "last_seen_at"}


class PairingCodeCreate(Body):
    """Body of ``POST /devices/pairing-codes``."""

    store_id: UUID


class PairingCodeView(Reply):
    """A pairing code: told once, good for one till."""

    code: str
    expires_at: UtcInstant

    @classmethod
    def of(cls, code, record):
        """Build it from what ``fynlo.pairing.code._fynlo_issue`` returns."""
        return cls.model_construct(code=code, expires_at=from_odoo_datetime(record.expires_at))


class DevicePair(Body):
    """Body of ``POST /devices/pair``."""

    code: Annotated[str, Field(min_length=8, max_length=20)]  # spaces and hyphens are ignored
    name: Annotated[str, Field(min_length=1, max_length=60)]
    platform: Platform


class DeviceView(Reply):
    """One till."""

    id: UUID
    name: str
    number: int  # printed in receipt numbers
    platform: Platform
    state: Literal["active", "revoked"]
    store_id: UUID
    paired_at: UtcInstant
    last_seen_at: UtcInstant | None
    revoked_at: UtcInstant | None

    @classmethod
    def of(cls, device):
        """Build it from one ``fynlo.device``."""
        return cls.model_construct(
            id=UUID(device.fynlo_uuid),
            name=device.name,
            number=device.number,
            platform=device.platform,
            state=device.state,
            store_id=UUID(device.config_id.fynlo_uuid),
            paired_at=from_odoo_datetime(device.create_date),
            last_seen_at=from_odoo_datetime(device.last_seen_at),
            revoked_at=from_odoo_datetime(device.revoked_at),
        )


class DevicePaired(Reply):
    """What a till gets when it is paired."""

    device: DeviceView
    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int  # seconds that the access token lives

    @classmethod
    def of(cls, device, tokens):
        """Build it from one device and the pair of tokens opened for it."""
        return cls.model_construct(
            device=DeviceView.of(device),
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_in=tokens.expires_in,
        )


class DeviceQuery(PageQuery):
    """Query of ``GET /devices``."""

    sort_by: Literal["number", "name", "state", "lastSeenAt"] = "number"
    sort_order: Literal["asc", "desc"] = "asc"

    @property
    def order_field(self):
        """The field of ``fynlo.device`` to sort by."""
        return _SORT_FIELDS[self.sort_by]


class DevicePage(PageReply):
    """A page of tills."""

    devices: list[DeviceView]

    @classmethod
    def of(cls, devices, total, query):
        """Build it from a recordset of ``fynlo.device`` and the query that found it."""
        return cls.model_construct(
            devices=[DeviceView.of(device) for device in devices],
            **cls.paging(total, query),
        )
