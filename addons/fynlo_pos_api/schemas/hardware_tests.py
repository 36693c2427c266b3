"""Tests of a store's devices, which a till carries out."""

from base64 import b64encode
from typing import Literal

from odoo.addons.fynlo_base.schemas.base import PageReply, Reply, UtcInstant, from_odoo_datetime


class HardwareTestView(Reply):
    """A test; ``data`` are the bytes for a printer or a drawer, in Base64."""

    id: str
    hardware_id: str
    state: Literal["queued", "passed", "failed"]
    message: str | None
    requested_at: UtcInstant
    answered_at: UtcInstant | None
    data: str | None

    @classmethod
    def of(cls, test):
        """Build it from one ``fynlo.hardware.check``, sudoed."""
        data = test._fynlo_data()
        return cls(
            id=test.fynlo_uuid,
            hardware_id=test.hardware_id.fynlo_uuid,
            state=test.state,
            message=test.message or None,
            requested_at=from_odoo_datetime(test.requested_at),
            answered_at=from_odoo_datetime(test.answered_at),
            data=b64encode(data).decode() if data else None,
        )


class HardwareTestPage(PageReply):
    """A page of the tests that wait for a till."""

    tests: list[HardwareTestView]

    @classmethod
    def of(cls, tests, total, query):
        """Build it from the ``fynlo.hardware.check`` of one page, sudoed, and the query."""
        return cls(tests=[HardwareTestView.of(each) for each in tests], **cls.paging(total, query))
