from odoo import api, models
from odoo.tools import SQL

from ..engine.clock import Instant, parse_instant
from ..engine.cursor import split_timestamp
from ..engine.push_rules import PUSH_RULES
from ..engine.sight import Sight

_TABLE = """
CREATE TABLE IF NOT EXISTS fynlo_sync_past (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    table_name text NOT NULL,
    row_id bigint NOT NULL,
    was jsonb NOT NULL,
    device_id integer DEFAULT NULLIF(current_setting('fynlo.device', true), '')::integer,
    clock text DEFAULT NULLIF(current_setting('fynlo.clock', true), ''),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS fynlo_sync_past_row_idx ON fynlo_sync_past (table_name, row_id, id);
CREATE INDEX IF NOT EXISTS fynlo_sync_past_xid_idx ON fynlo_sync_past (xid);
"""
#: Row by row: what PostgreSQL itself compares costs nothing where a till's columns stay.
_TRIGGER = """
CREATE OR REPLACE FUNCTION fynlo_sync_past_{table}() RETURNS trigger LANGUAGE plpgsql AS $past$
BEGIN
    INSERT INTO fynlo_sync_past (table_name, row_id, was) VALUES ('{table}', OLD.id, {was});
    RETURN NULL;
END $past$;
DROP TRIGGER IF EXISTS fynlo_sync_past ON "{table}";
CREATE TRIGGER fynlo_sync_past AFTER UPDATE ON "{table}" FOR EACH ROW
WHEN (ROW({old}) IS DISTINCT FROM ROW({new}))
EXECUTE FUNCTION fynlo_sync_past_{table}();
"""
#: What has been changed since a till looked, oldest first, and whether by itself.
_SINCE = """
SELECT was, clock, (extract(epoch FROM changed_at) * 1000)::bigint,
       device_id IS NOT DISTINCT FROM %(device_id)s
FROM fynlo_sync_past
WHERE table_name = %(table)s AND row_id = %(row_id)s
  AND xid >= %(since)s::text::xid8
  AND (%(known)s IS NULL OR NOT pg_visible_in_snapshot(xid, %(known)s::pg_snapshot))
ORDER BY id
"""


class FynloSyncPast(models.AbstractModel):
    """What columns were before somebody changed them: the common base of a three-way merge.

    A till sends what a row is now. What it was when the till saw it is the value before the first
    change that the till has not seen. Triggers write it; only columns that tills may write count.
    """

    _name = "fynlo.sync.past"
    _description = "Fynlo earlier values"

    def init(self):
        """Create the table, and the triggers anew: the columns may be others."""
        self.env.cr.execute(_TABLE)
        for rule in PUSH_RULES.values():
            if rule.table:
                self.env.cr.execute(_trigger(rule))

    @api.model
    def _fynlo_drop(self):
        """Take triggers and table away when the module is removed."""
        for rule in PUSH_RULES.values():
            if rule.table:
                function = SQL.identifier(f"fynlo_sync_past_{rule.table}")
                self.env.cr.execute(SQL("DROP FUNCTION %s CASCADE", function))
        self.env.cr.execute("DROP TABLE IF EXISTS fynlo_sync_past")

    @api.model
    def _fynlo_sight(self, query, device):
        """Return the :class:`Sight` of a ``PushQuery``.

        A cursor of another epoch, or one below what the log still has, says nothing.
        """
        epoch, _secret, floor = self.env["fynlo.sync.epoch"]._fynlo_read()
        told_epoch, since = split_timestamp(query.last_pulled_at)
        if told_epoch != epoch or since < floor:
            return Sight(None, None, device.id)
        is_exact = query.seen is not None and query.seen.xmin == since
        return Sight(since, query.seen.numbers if is_exact else None, device.id)

    @api.model
    def _fynlo_changes(self, sight, table, row_id):
        """Return ``{column of PostgreSQL: (base, Instant)}`` of what others have changed since.

        ``base`` is the JSON of the value that the till saw, the instant that of the last change.
        """
        found = {}
        for was, clock, changed_ms, is_own in self._fynlo_since(sight, table, row_id):
            if is_own:
                continue
            instant = parse_instant(clock) if clock else Instant(changed_ms)
            for column, value in was.items():
                base = found[column][0] if column in found else value
                found[column] = base, instant
        return found

    @api.model
    def _fynlo_shift(self, sight, table, row_id, column, value):
        """Return by how much others have changed a number since, whatever the till did between.

        :param column: column of PostgreSQL
        :param value: what it is now
        """
        history = self._fynlo_since(sight, table, row_id)
        steps = [(was[column], is_own) for was, _, _, is_own in history if column in was]
        shift, then = 0, value
        for was, is_own in reversed(steps):
            if not is_own:
                shift += (then or 0) - (was or 0)
            then = was
        return shift

    def _fynlo_since(self, sight, table, row_id):
        query = SQL(
            _SINCE,
            table=table,
            row_id=row_id,
            since=str(sight.since),
            known=sight.known,
            device_id=sight.device_id,
        )
        return self.env.execute_query(query)

    @api.model
    def _fynlo_time(self, instant):
        """Have what this transaction changes from now on noted as of that instant."""
        query = SQL("SELECT set_config('fynlo.clock', %s, true)", str(instant or ""))
        self.env.cr.execute(query)

    @api.autovacuum
    def _gc_past(self):
        """Drop what lies before the floor of the log: no till stands on it any more."""
        floor = self.env["fynlo.sync.epoch"]._fynlo_read()[2]
        self.env.cr.execute(
            SQL("DELETE FROM fynlo_sync_past WHERE xid < %s::text::xid8", str(floor))
        )


class FynloSyncEpoch(models.AbstractModel):
    _inherit = "fynlo.sync.epoch"

    def _fynlo_begin(self, past):
        """Forget the earlier values, too: numbers of transactions have begun anew."""
        super()._fynlo_begin(past)
        self.env.cr.execute("DELETE FROM fynlo_sync_past")


def _trigger(rule):
    columns = sorted(set(rule.past.values()))
    parts = (
        f"CASE WHEN OLD.{each} IS DISTINCT FROM NEW.{each} "
        f"THEN jsonb_build_object('{each}', OLD.{each}) ELSE '{{}}'::jsonb END"
        for each in columns
    )
    return _TRIGGER.format(
        table=rule.table,
        was=" || ".join(parts),
        old=", ".join(f"OLD.{each}" for each in columns),
        new=", ".join(f"NEW.{each}" for each in columns),
    )
