"""What of the log is kept, and what time alone changes."""

from odoo import api, models
from odoo.tools import SQL

#: A till that was away for longer starts over.
TOMBSTONE_DAYS = 90
#: What is younger stays as it is: tills that are online have seen all that is older.
_FRESH_HOURS = 1
_BATCH = 10_000

_HORIZON = """
UPDATE fynlo_sync_epoch SET compacted = GREATEST(compacted, LEAST(
    pg_snapshot_xmin(pg_current_snapshot()),
    (SELECT xid FROM fynlo_change WHERE changed_at >= now() - make_interval(hours => %s)
     ORDER BY xid LIMIT 1)))
"""
# What deletes a row stays beside what else was logged of it, and so does what names its public id:
# a row that has left a company is told as gone by that alone. All below ``merged`` is done: each
# step looks only at rows that a later change names.
_STEP = """
SELECT merged::text, LEAST(compacted, (
    SELECT xid FROM fynlo_change WHERE xid > merged ORDER BY xid OFFSET %s LIMIT 1))::text
FROM fynlo_sync_epoch
"""
_MERGE = """
DELETE FROM fynlo_change WHERE id IN (
    SELECT id FROM (
        SELECT logged.id, row_number() OVER (
            PARTITION BY collection, row_id, store_id, company_id, op = 'D', public_id IS NULL
            ORDER BY xid DESC, logged.id DESC) AS rank
        FROM fynlo_change logged JOIN (
            SELECT DISTINCT collection, row_id FROM fynlo_change
            WHERE xid >= %(start)s::xid8 AND xid < %(finish)s::xid8) named
        USING (collection, row_id) WHERE xid < %(finish)s::xid8) ranked
    WHERE rank > 1)
"""
_FLOOR = """
UPDATE fynlo_sync_epoch SET floor = GREATEST(floor, LEAST(compacted, (
    SELECT (max(xid::text::bigint) + 1)::text::xid8 FROM fynlo_change
    WHERE changed_at < now() - make_interval(days => %s))))
WHERE EXISTS (SELECT FROM fynlo_change WHERE changed_at < now() - make_interval(days => %s))
"""
_FORGET = """
DELETE FROM fynlo_change WHERE id IN (
    SELECT id FROM fynlo_change WHERE xid < (SELECT floor FROM fynlo_sync_epoch) LIMIT %s)
"""
# Prices whose rule began or ended, dishes that are back, reservations that ran out, lots that are
# too old to be sold.
_TIMED = """
WITH span AS (
    SELECT timed_at AT TIME ZONE 'UTC' AS start, now() AT TIME ZONE 'UTC' AS finish
    FROM fynlo_sync_epoch FOR UPDATE
), passed AS (UPDATE fynlo_sync_epoch SET timed_at = now())
INSERT INTO fynlo_change (collection, table_name, row_id, op, store_id, company_id)
SELECT DISTINCT 'prices', 'product_product', 0, 'U', NULL::integer, item.company_id
FROM span, product_pricelist_item item
WHERE item.date_start > span.start AND item.date_start <= span.finish
   OR item.date_end > span.start AND item.date_end <= span.finish
UNION SELECT 'products', 'product_template', variant.product_tmpl_id, 'U', outage.config_id, NULL
FROM span, fynlo_product_outage outage JOIN product_product variant
    ON variant.id = outage.product_id
WHERE outage.until > span.start AND outage.until <= span.finish
UNION SELECT 'stock', 'product_product', line.product_id, 'U', NULL, NULL
FROM span, fynlo_stock_reservation held JOIN fynlo_stock_reservation_line line
    ON line.reservation_id = held.id
WHERE held.expires_at > span.start AND held.expires_at <= span.finish
UNION SELECT 'stock', 'product_product', quant.product_id, 'U', NULL, quant.company_id
FROM span, stock_quant quant
WHERE quant.removal_date >= span.start AND quant.removal_date < span.finish
"""


class FynloChange(models.AbstractModel):
    _inherit = "fynlo.change"

    @api.model
    def _fynlo_cron_compact(self):
        """Keep the newest change of each row, and of what was deleted 90 days, in batches.

        The marks are moved first: a till that reads in between is told more, never less.
        """
        cron = self.env["ir.cron"]
        self.env.cr.execute(SQL(_HORIZON, _FRESH_HOURS))
        self.env.cr.execute(SQL(_FLOOR, TOMBSTONE_DAYS, TOMBSTONE_DAYS))
        cron._commit_progress(0)
        for step in (self._fynlo_forget, self._fynlo_merge):
            while step():
                if not cron._commit_progress(_BATCH):
                    return

    def _fynlo_forget(self):
        """Drop a batch of what is too old; tell whether there is more."""
        self.env.cr.execute(SQL(_FORGET, _BATCH))
        return self.env.cr.rowcount == _BATCH

    def _fynlo_merge(self):
        """Merge what some further transactions have changed; tell whether there were any."""
        [[start, finish]] = self.env.execute_query(SQL(_STEP, _BATCH))
        if int(finish) <= int(start):
            return False
        self.env.cr.execute(SQL(_MERGE, start=start, finish=finish))
        query = "UPDATE fynlo_sync_epoch SET merged = %s::xid8"
        self.env.cr.execute(SQL(query, finish))
        return True

    @api.model
    def _fynlo_cron_note_time(self):
        """Log what has changed since the last run because a moment has passed."""
        self.env.cr.execute(_TIMED)
        if self.env.cr.rowcount:
            self.env.cr.execute("SELECT pg_notify('fynlo_change', '')")
