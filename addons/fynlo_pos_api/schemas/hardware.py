"""Printers, drawers, scanners, readers and displays of a store."""

from typing import Annotated, Literal
from uuid import UUID

from odoo.addons.fynlo_base.schemas.base import (
    Body,
    PageReply,
    Reply,
    ShortText,
    UtcInstant,
    from_odoo_datetime,
)
from pydantic import Field, model_validator

from .order_edits import Version
from .receipts import Paper

HardwareKind = Literal["printer", "drawer", "scanner", "reader", "display"]
Connection = Literal["network", "bluetooth", "usb", "built_in"]
HardwareStatus = Literal["unknown", "online", "offline"]
_Name = Annotated[str, Field(min_length=1, max_length=100)]


class HardwareCreate(Body):
    """Body of ``POST /hardware``; ``address`` is a host, a Bluetooth address or a USB id."""

    id: UUID
    name: _Name
    kind: HardwareKind
    connection: Connection
    address: ShortText | None = None
    station_id: UUID | None = None
    paper: Paper = "80mm"


class HardwareUpdate(Body):
    """Body of ``PUT /hardware/{id}``: what is left out stays, ``null`` empties."""

    version: Version
    name: _Name | None = None
    connection: Connection | None = None
    address: ShortText | None = None
    station_id: UUID | None = None
    paper: Paper | None = None

    @model_validator(mode="after")
    def _check_needed(self):
        for name in self.model_fields_set & {"name", "connection", "paper"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be emptied")
        return self


class HardwareReport(Body):
    """Body of ``POST /hardware/{id}/status``: what a till has just found."""

    status: Literal["online", "offline"]


class HardwareTestCreate(Body):
    """Body of ``POST /hardware/{id}/test``."""

    id: UUID


class HardwareTestResult(Body):
    """Body of ``POST /hardware/tests/{id}/result``: how it went on the till."""

    result: Literal["passed", "failed"]
    message: ShortText | None = None


class HardwareSetup(Reply):
    """A device of a store, as it was set up; ``stationId`` is the kitchen station it serves."""

    id: str
    name: str
    kind: HardwareKind
    connection: Connection
    address: str | None
    station_id: str | None
    paper: Paper | None

    @classmethod
    def of(cls, hardware):
        """Build it from one ``fynlo.hardware``, sudoed."""
        return cls(**cls._values(hardware))

    @staticmethod
    def _values(hardware):
        return {
            "id": hardware.fynlo_uuid,
            "name": hardware.name,
            "kind": hardware.kind,
            "connection": hardware.connection,
            "address": hardware.address or None,
            "station_id": hardware.station_id.fynlo_uuid or None,
            "paper": hardware.paper if hardware.kind == "printer" else None,
        }


class HardwareView(HardwareSetup):
    """A device with what a till has last told of it."""

    version: int
    active: bool
    status: HardwareStatus
    last_seen_at: UtcInstant | None

    @classmethod
    def of(cls, hardware):
        """Build it from one ``fynlo.hardware``, sudoed."""
        return cls(
            **cls._values(hardware),
            version=hardware.version,
            active=hardware.active,
            status=hardware.status,
            last_seen_at=from_odoo_datetime(hardware.last_seen_at),
        )


class HardwarePage(PageReply):
    """A page of a store's devices."""

    hardware: list[HardwareView]

    @classmethod
    def of(cls, hardware, total, query):
        """Build it from the ``fynlo.hardware`` of one page, sudoed, and the query."""
        return cls(
            hardware=[HardwareView.of(each) for each in hardware], **cls.paging(total, query)
        )
