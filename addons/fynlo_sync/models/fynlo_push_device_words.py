from odoo import api, models

from .fynlo_push_device import PARKED

#: A clock that is less wrong than that is right.
_RIGHT_S = 60


class FynloDevice(models.Model):
    """How a till stands, in words, and the way to what needs a look."""

    _inherit = "fynlo.device"

    @api.depends_context("lang")
    @api.depends("state", "fynlo_pushed_at", "fynlo_pending_count", "last_seen_at")
    def _compute_fynlo_words(self):
        for device in self:
            device.fynlo_sync_state = device._fynlo_standing()
            device.fynlo_clock_text = device._fynlo_clock_words()

    def _fynlo_standing(self):
        if self.state == "revoked":
            return "revoked"
        if self.fynlo_is_silent:
            return "silent"
        if self.fynlo_parked_count or self.fynlo_conflict_count:
            return "look"
        if self.fynlo_pending_count:
            return "unsent"
        return "current" if self.fynlo_pushed_at else "never"

    def _fynlo_clock_words(self):
        text, seconds = self.env._, self.fynlo_clock_offset_s
        if abs(seconds) < _RIGHT_S:
            return text("right") if self.fynlo_pushed_at else ""
        minutes = abs(seconds) // 60
        hours, days = minutes // 60, minutes // (60 * 24)
        if days:
            words = text("%s days", days) if days > 1 else text("1 day")
        elif hours:
            words = text("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes % 60)
        else:
            words = text("%s min", minutes)
        return text("%s slow", words) if seconds > 0 else text("%s fast", words)

    def action_fynlo_parked(self):
        """Button: what this till has sent and the server could not book."""
        return self._fynlo_show("fynlo_sync_op_action", [("state", "in", PARKED)])

    def action_fynlo_conflicts(self):
        """Button: what is to be decided of this till's changes."""
        return self._fynlo_show("fynlo_sync_conflict_action", [("state", "=", "open")])

    def _fynlo_show(self, action, domain):
        self.ensure_one()
        told = self.env["ir.actions.act_window"]._for_xml_id(f"fynlo_sync.{action}")
        return {**told, "domain": [("device_id", "=", self.id), *domain], "context": {}}
