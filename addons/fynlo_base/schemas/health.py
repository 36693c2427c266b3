"""Replies of the health routes."""

from typing import Literal

from .base import Reply


class AliveView(Reply):
    """``data`` of ``GET /health``."""

    status: Literal["alive"] = "alive"


class CheckView(Reply):
    """One thing that the server needs; ``detail`` is told to the machine itself only."""

    name: str
    status: Literal["ok", "degraded", "failed", "not_installed"]
    detail: str | None = None


class ReadyView(Reply):
    """``data`` of ``GET /health/ready``, and ``details`` of its refusal."""

    status: Literal["ready", "not_ready"]
    checks: list[CheckView]

    @classmethod
    def from_checks(cls, checks, with_details):
        """Build the document from :class:`~..models.fynlo_health.Check` objects."""
        failed = any(check.status == "failed" for check in checks)
        views = [
            CheckView(
                name=check.name,
                status=check.status,
                detail=check.detail if with_details else None,
            )
            for check in checks
        ]
        return cls(status="not_ready" if failed else "ready", checks=views)
