from datetime import datetime, timezone

from odoo import api, models
from odoo.addons.fynlo_base.principal import principal_of
from odoo.addons.fynlo_base.schemas.base import from_odoo_datetime
from odoo.addons.fynlo_pos_api.exceptions import DeviceRequiredError
from odoo.tools import SQL

from ..schemas.status import ParkedView, SyncStatusView
from .fynlo_push_device import PARKED

_SHOWN = 100
#: Who holds up the cursor: the oldest transaction that has written and is still open.
_AGE = """
SELECT COALESCE(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)::float
FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


class FynloSyncStatus(models.AbstractModel):
    """Tells a till what has become of its work."""

    _name = "fynlo.sync.status"
    _description = "Fynlo status of the sync"

    @api.model
    def _fynlo_status(self):
        """Return the ``SyncStatusView`` of the principal's till.

        :raise DeviceRequiredError: the caller is not on a paired till
        """
        device_id = principal_of(self.env).device_id
        if not device_id:
            raise DeviceRequiredError()
        # A till may know what has become of its own work; only managers read the tables.
        device_sudo = self.env["fynlo.device"].sudo().browse(device_id)
        operations_sudo = self.env["fynlo.sync.op"].sudo()
        domain = [("device_id", "=", device_id)]
        counts = dict(operations_sudo._read_group(domain, ["state"], ["__count"]))
        parked = operations_sudo.search([*domain, ("state", "in", PARKED)], limit=_SHOWN)
        [[age_s]] = self.env.execute_query(SQL(_AGE))
        return SyncStatusView(
            server_time=datetime.now(timezone.utc).replace(microsecond=0),
            epoch=self.env["fynlo.sync.epoch"]._fynlo_read()[0],
            changes_age_s=round(age_s, 1),
            last_push_at=from_odoo_datetime(device_sudo.fynlo_pushed_at),
            clock_offset_s=device_sudo.fynlo_clock_offset_s,
            pending=device_sudo.fynlo_pending_count,
            applied=counts.get("applied", 0) + counts.get("conflict", 0),
            rejected=counts.get("rejected", 0) + counts.get("blocked", 0),
            waiting=counts.get("retry", 0),
            conflicts=device_sudo.fynlo_conflict_count,
            parked=[_parked(operation) for operation in parked],
        )


def _parked(operation):
    return ParkedView(
        collection=operation.collection,
        id=operation.subject,
        state=operation.state,
        code=operation.code or None,
        message=operation.message or None,
    )
