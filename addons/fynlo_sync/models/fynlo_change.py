import logging

from odoo import api, models
from odoo.tools import SQL

from ..engine.capture import EVENTS, digest_of, plan_capture
from ..schemas.collections import COLLECTIONS

_logger = logging.getLogger(__name__)

_TABLE = """
CREATE TABLE IF NOT EXISTS fynlo_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    collection text NOT NULL,
    table_name text NOT NULL,
    row_id bigint NOT NULL,
    op char(1) NOT NULL CHECK (op IN ('I', 'U', 'D')),
    store_id integer,
    company_id integer,
    public_id text,
    device_id integer DEFAULT NULLIF(current_setting('fynlo.device', true), '')::integer,
    operation uuid DEFAULT NULLIF(current_setting('fynlo.operation', true), '')::uuid,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS fynlo_change_xid_idx ON fynlo_change (xid);
CREATE INDEX IF NOT EXISTS fynlo_change_row_idx ON fynlo_change (collection, row_id, xid);
"""
#: Two workers that start together must not both make the triggers.
_LOCK_KEY = 0x66796E6C6F


class FynloChange(models.AbstractModel):
    """The log of what has changed, one row for each changed row; only triggers write to it.

    Methods of models would miss what PostgreSQL cascades and what Odoo recomputes.
    """

    _name = "fynlo.change"
    _description = "Fynlo log of changes"

    def init(self):
        """Create the table of the log; it has types that the ORM does not know."""
        self.env.cr.execute(_TABLE)

    def _register_hook(self):
        """See to the triggers whenever modules were loaded: any of them may change a table."""
        super()._register_hook()
        self._fynlo_install()

    @api.model
    def _fynlo_install(self):
        """Make the triggers unless they are there as declared; return whether it did."""
        plan = plan_capture(COLLECTIONS, self._fynlo_columns())
        epoch, digest = self.env["fynlo.sync.epoch"], digest_of(plan)
        epoch._fynlo_read()
        if epoch._fynlo_captured() == (digest, self._fynlo_count_triggers()):
            return False
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s)", _LOCK_KEY))
        self._fynlo_remove_triggers()
        for statements in plan.values():
            self.env.cr.execute(statements)
        epoch._fynlo_note_captured(digest, self._fynlo_count_triggers())
        _logger.info("Changes of %s tables are logged.", len(plan))
        return True

    @api.model
    def _fynlo_drop(self):
        """Take the triggers and the log away when the module is removed."""
        self._fynlo_remove_triggers()
        self.env.cr.execute("DROP TABLE IF EXISTS fynlo_change")

    @api.model
    def _fynlo_sign(self, device_id, operation=None):
        """Have what this transaction changes logged as a device's.

        :param device_id: database id of the ``fynlo.device``
        :param operation: UUID of what the device did, or ``None``
        """
        self.env.cr.execute(
            SQL(
                """SELECT set_config('fynlo.device', %s, true),
                       set_config('fynlo.operation', %s, true)""",
                str(device_id or ""),
                str(operation or ""),
            )
        )

    def _fynlo_columns(self):
        tables = {collection.table for collection in COLLECTIONS}
        tables |= {source.table for collection in COLLECTIONS for source in collection.sources}
        rows = self.env.execute_query(
            SQL(
                """SELECT c.relname, array_agg(a.attname) FROM pg_class c
                   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                    AND NOT a.attisdropped
                   WHERE c.relnamespace = current_schema::regnamespace AND c.relkind = 'r'
                     AND c.relname = ANY(%s) GROUP BY c.relname""",
                sorted(tables),
            )
        )
        return {table: set(columns) for table, columns in rows}

    @api.model
    def _fynlo_count_triggers(self):
        """Return how many triggers of the log are at work."""
        query = SQL("%s AND t.tgenabled = 'O'", SQL(_TRIGGERS, select=SQL("count(*)")))
        [[count]] = self.env.execute_query(query)
        return count

    def _fynlo_remove_triggers(self):
        found = self.env.execute_query(SQL(_TRIGGERS, select=SQL("DISTINCT f.proname")))
        for (function,) in found:
            self.env.cr.execute(SQL("DROP FUNCTION %s() CASCADE", SQL.identifier(function)))


#: Triggers of the log in this schema, with the functions behind them.
_TRIGGERS = """
SELECT %(select)s FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
WHERE t.tgname IN ({}) AND f.pronamespace = current_schema::regnamespace
""".format(", ".join(f"'fynlo_change_{event.lower()}'" for event in EVENTS))
