from odoo import api, models
from odoo.addons.fynlo_base.models.fynlo_health import Check

#: A transaction that writes for longer is stuck; until it ends tills are told rows twice.
_STUCK_S = 300
_OLDEST = """
SELECT COALESCE(extract(epoch FROM now() - min(xact_start))::integer, 0)
FROM pg_stat_activity WHERE backend_xid IS NOT NULL
"""
_ROWS = "SELECT GREATEST(reltuples, 0)::bigint FROM pg_class WHERE oid = 'fynlo_change'::regclass"


class FynloHealth(models.AbstractModel):
    _inherit = "fynlo.health"

    @api.model
    def _fynlo_checks(self):
        """Tell whether changes are logged."""
        own = self._fynlo_check_changelog()
        return [own if check.name == own.name else check for check in super()._fynlo_checks()]

    @api.model
    def _fynlo_gauges(self):
        """Tell how large the log is, and what holds its cursors back."""
        self.env.cr.execute(_ROWS)
        [rows] = self.env.cr.fetchone()
        return {
            **super()._fynlo_gauges(),
            "sync_log_rows": ("Rows of the log of changes, as last estimated", rows),
            "sync_oldest_write_seconds": (
                "Age of the oldest open transaction that writes",
                self._fynlo_oldest_write_s(),
            ),
        }

    def _fynlo_check_changelog(self):
        _digest, wanted = self.env["fynlo.sync.epoch"]._fynlo_captured()
        missing = wanted - self.env["fynlo.change"]._fynlo_count_triggers()
        if missing:
            detail = f"{missing} triggers are missing: start Odoo again to make them."
            return Check("changelog", "failed", detail)
        open_s = self._fynlo_oldest_write_s()
        if open_s > _STUCK_S:
            detail = f"A transaction writes for {open_s} s: tills are told rows twice."
            return Check("changelog", "degraded", detail)
        return Check("changelog", "ok")

    def _fynlo_oldest_write_s(self):
        self.env.cr.execute(_OLDEST)
        return self.env.cr.fetchone()[0]
