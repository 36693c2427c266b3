import time
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: A difference below this is the way of the request, not the clock.
_SAME_CLOCK_MS = 2000
_LIMIT_S = 2_000_000_000
#: How a till stands, the worst first.
SYNC_STATES = [
    ("revoked", "Revoked"),
    ("silent", "Silent with Unsent Work"),
    ("look", "Needs a Look"),
    ("unsent", "Sends Soon"),
    ("never", "Nothing Sent Yet"),
    ("current", "Up to Date"),
]
#: A till that has unsent work and was not heard of for so long is silent.
SILENT_AFTER = timedelta(minutes=30)
_NOTE = """
UPDATE fynlo_device SET fynlo_pushed_at = now() AT TIME ZONE 'UTC', fynlo_noticed_at = NULL,
    fynlo_clock_offset_s = COALESCE(%(offset_s)s, fynlo_clock_offset_s)
WHERE id = %(id)s
"""
_NOTE_QUEUE = """
UPDATE fynlo_device SET fynlo_pending_count = %(pending)s, fynlo_noticed_at = NULL,
    fynlo_oldest_at = told.oldest_at
FROM (SELECT id, CASE WHEN %(pending)s > 0
                 THEN COALESCE(%(oldest_at)s::timestamp, fynlo_oldest_at) END AS oldest_at
      FROM fynlo_device WHERE id = %(id)s) told
WHERE fynlo_device.id = told.id AND (fynlo_noticed_at IS NOT NULL
    OR ROW(fynlo_pending_count, fynlo_oldest_at) IS DISTINCT FROM ROW(%(pending)s, told.oldest_at))
"""


class FynloDevice(models.Model):
    _inherit = "fynlo.device"

    fynlo_pushed_at = fields.Datetime("Last Push", readonly=True, copy=False)
    fynlo_clock_offset_s = fields.Integer(
        "Clock Behind (s)", readonly=True, copy=False, aggregator=None,
        help="What the server's clock shows more than the till's, at its last push",
    )  # fmt: skip
    fynlo_pending_count = fields.Integer(
        "Unsent", readonly=True, copy=False, help="Records that the till held when last heard of"
    )
    fynlo_oldest_at = fields.Datetime("Oldest Unsent", readonly=True, copy=False)
    fynlo_parked_count = fields.Integer(
        "Not Booked", compute="_compute_fynlo_sync", groups="fynlo_base.group_fynlo_manager"
    )
    fynlo_conflict_count = fields.Integer(
        "Conflicts", compute="_compute_fynlo_sync", groups="fynlo_base.group_fynlo_manager"
    )
    fynlo_noticed_at = fields.Datetime("Noticed Silent", readonly=True, copy=False)
    fynlo_is_silent = fields.Boolean(
        "Silent", compute="_compute_fynlo_is_silent", search="_search_fynlo_is_silent",
        help="It has unsent work and was not heard of for half an hour",
    )  # fmt: skip

    fynlo_sync_state = fields.Selection(
        SYNC_STATES, "Standing", compute="_compute_fynlo_words",
        groups="fynlo_base.group_fynlo_manager",
    )  # fmt: skip
    fynlo_clock_text = fields.Char(
        "Its Clock", compute="_compute_fynlo_words", groups="fynlo_base.group_fynlo_manager"
    )

    def _compute_fynlo_sync(self):
        parked = self._fynlo_count("fynlo.sync.op", [("state", "in", PARKED)])
        open_ones = self._fynlo_count("fynlo.sync.conflict", [("state", "=", "open")])
        for device in self:
            device.fynlo_parked_count = parked.get(device, 0)
            device.fynlo_conflict_count = open_ones.get(device, 0)

    def _fynlo_count(self, model, domain):
        domain = [("device_id", "in", self.ids), *domain]
        return dict(self.env[model]._read_group(domain, ["device_id"], ["__count"]))

    @api.depends("fynlo_pending_count", "last_seen_at", "state")
    def _compute_fynlo_is_silent(self):
        silent = self.filtered_domain(self._fynlo_silent_domain())
        for device in self:
            device.fynlo_is_silent = device in silent

    @api.model
    def _search_fynlo_is_silent(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain(self._fynlo_silent_domain())
        return domain if True in value else ~domain

    def _fynlo_silent_domain(self):
        before = fields.Datetime.now() - SILENT_AFTER
        return [
            ("state", "=", "active"),
            ("fynlo_pending_count", ">", 0),
            ("last_seen_at", "<", before),
        ]

    @api.model
    def _fynlo_cron_notice_silent(self):
        """Tell the managers of tills that have unsent work and are not heard of, once each time."""
        domain = Domain(self._fynlo_silent_domain()) & Domain("fynlo_noticed_at", "=", False)
        for device in self.search(domain):
            device.fynlo_noticed_at = fields.Datetime.now()
            session = device.config_id.current_session_id
            if not session:
                continue
            text = self.env._(
                "%(till)s is silent with unsent work (%(count)s)",
                till=device.name,
                count=device.fynlo_pending_count,
            )
            for user in device._fynlo_managers():
                session.activity_schedule(
                    "mail.mail_activity_data_todo", summary=text, user_id=user.id
                )

    def _fynlo_managers(self):
        """Return the users who manage the store of one till, sudoed."""
        managers_sudo = self.env.ref("fynlo_base.group_fynlo_manager").sudo().all_user_ids
        return managers_sudo.filtered(
            lambda user: (
                self.company_id in user.company_ids
                and not (user.share or user.fynlo_technical)
                and (not user.fynlo_store_ids or self.config_id in user.fynlo_store_ids)
            )
        )

    def _fynlo_note_push(self, query):
        """Note that one till pushes, by a ``PushQuery``; return the offset of its clock in ms.

        :return: what the server's clock shows more than the till's; 0 where they agree
        """
        offset_ms = _offset_ms(query.device_time)
        offset_s = max(-_LIMIT_S, min(_LIMIT_S, offset_ms // 1000))
        told = query.device_time is not None
        query = SQL(_NOTE, id=self.id, offset_s=offset_s if told else None)
        self.env.cr.execute(query, log_exceptions=False)
        self.invalidate_recordset(flush=False)
        return offset_ms

    def _fynlo_note_queue(self, query, refused=0):
        """Note what waits on one till, as a ``PullQuery`` or ``PushQuery`` tells, if it does.

        :param refused: how many records of the push stay on the till
        """
        if query.pending is None:
            return
        oldest_at = _to_datetime(query.oldest_at, _offset_ms(query.device_time))
        pending = query.pending + refused
        query = SQL(_NOTE_QUEUE, id=self.id, pending=pending, oldest_at=oldest_at)
        self.env.cr.execute(query, log_exceptions=False)
        self.invalidate_recordset(flush=False)


#: States of operations that are kept and not booked.
PARKED = ("rejected", "blocked", "retry")


def _offset_ms(device_time):
    """Return what the server's clock shows more than a till's, which is asked now."""
    if device_time is None:
        return 0
    offset_ms = int(time.time() * 1000) - device_time
    return offset_ms if abs(offset_ms) > _SAME_CLOCK_MS else 0


def _to_datetime(millis, offset_ms):
    if millis is None:
        return None
    try:
        instant = datetime.fromtimestamp((millis + offset_ms) / 1000, timezone.utc)
    except (ValueError, OverflowError):
        return None
    return instant.replace(tzinfo=None, microsecond=0)
