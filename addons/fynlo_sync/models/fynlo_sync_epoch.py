from random import SystemRandom
from uuid import uuid4

from odoo import api, models
from odoo.tools import SQL

from ..engine.cursor import EPOCHS

_TABLE = """
CREATE TABLE IF NOT EXISTS fynlo_sync_epoch (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    epoch integer NOT NULL,
    system_identifier text NOT NULL,
    incarnation text NOT NULL,
    secret text NOT NULL,
    floor xid8 NOT NULL,
    compacted xid8 NOT NULL,
    merged xid8 NOT NULL DEFAULT '0',
    captured text NOT NULL DEFAULT '',
    triggers integer NOT NULL DEFAULT 0,
    timed_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE fynlo_sync_epoch ADD COLUMN IF NOT EXISTS merged xid8 NOT NULL DEFAULT '0';
"""
#: Where the numbers of transactions come from. A restored copy has another database or another
#: cluster, one that was wound back another timeline (the first eight digits of a log file). A dump
#: that is restored over its own database has made this table anew.
_HERE = """
SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
    left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' ||
    (SELECT oid FROM pg_database WHERE datname = current_database()) || '/' ||
    'fynlo_sync_epoch'::regclass::oid AS incarnation
"""
_READ = f"""
SELECT stored.epoch, stored.secret, stored.floor::text::bigint,
    stored.system_identifier = here.system_identifier
        AND stored.incarnation = here.incarnation
FROM fynlo_sync_epoch stored, ({_HERE}) here
"""
_BEGIN = f"""
INSERT INTO fynlo_sync_epoch (epoch, system_identifier, incarnation, secret, floor, compacted)
SELECT %(epoch)s, system_identifier, incarnation, %(secret)s, horizon, horizon
FROM ({_HERE}) here, pg_snapshot_xmin(pg_current_snapshot()) horizon
ON CONFLICT (id) DO UPDATE SET epoch = EXCLUDED.epoch, secret = EXCLUDED.secret,
    system_identifier = EXCLUDED.system_identifier, incarnation = EXCLUDED.incarnation,
    floor = EXCLUDED.floor, compacted = EXCLUDED.compacted, merged = EXCLUDED.merged
"""


class FynloSyncEpoch(models.AbstractModel):
    """Which history of the database the cursors of tills are about.

    Numbers of transactions mean something in the cluster alone that gave them. A copy that was
    restored begins a new epoch, and tills that held a cursor of the old one start over.
    """

    _name = "fynlo.sync.epoch"
    _description = "Fynlo epoch of the sync"

    def init(self):
        """Create the table of one row."""
        self.env.cr.execute(_TABLE)

    @api.model
    def _fynlo_read(self):
        """Return ``(epoch, secret, floor)``; begin a new epoch where the history is another.

        Cursors below ``floor`` (a number of a transaction) have lost changes to the compaction.
        """
        found = self.env.execute_query(SQL(_READ))
        if not found or not found[0][3]:
            self._fynlo_begin(found[0][0] if found else 0)
            found = self.env.execute_query(SQL(_READ))
        return found[0][:3]

    def _fynlo_begin(self, past):
        """Begin an epoch that hardly any till can have seen, and forget the old history."""
        epoch = SystemRandom().choice([each for each in EPOCHS if each != past])
        self.env.cr.execute(SQL(_BEGIN, epoch=epoch, secret=uuid4().hex))
        self.env.cr.execute("DELETE FROM fynlo_change")

    @api.model
    def _fynlo_captured(self):
        """Return ``(digest, number)`` of the triggers that were installed."""
        query = SQL("SELECT captured, triggers FROM fynlo_sync_epoch")
        [found] = self.env.execute_query(query)
        return found

    @api.model
    def _fynlo_note_captured(self, digest, count):
        """Note which triggers were installed, and how many."""
        query = "UPDATE fynlo_sync_epoch SET captured = %s, triggers = %s"
        self.env.cr.execute(SQL(query, digest, count))

    @api.model
    def _fynlo_drop(self):
        """Take the table away when the module is removed."""
        self.env.cr.execute("DROP TABLE IF EXISTS fynlo_sync_epoch")
