import logging
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.hash_chain import GENESIS, Break, find_break, hash_link

_logger = logging.getLogger(__name__)

_BATCH_ROWS = 5_000
#: Key of the advisory lock that lets one worker seal at a time.
_LOCK_KEY = 7_391_846_205
#: What a seal covers, as text that a dump and a restore do not change.
_SEALED_COLUMNS = SQL(
    """audit.id, to_char(audit.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'), audit.action,
       audit.model, audit.res_id, audit.subject_uuid, audit.user_id, audit.employee_id,
       audit.device_id, audit.store_id, audit.company_id, audit.request_id, audit.data::text"""
)


@dataclass(frozen=True)
class ChainReport:
    """Outcome of a check of the whole audit trail.

    :ivar sealed: number of seals
    :ivar waiting: rows that the next background run will seal
    :ivar problem: the first ``Break``, ``None`` when the trail is whole
    :ivar head_hash: hash of the newest seal; note it down elsewhere
    """

    sealed: int
    waiting: int
    problem: object
    head_hash: str

    def __str__(self):
        if self.problem is None:
            return (
                f"The audit trail is whole: {self.sealed} rows sealed, {self.waiting} waiting. "
                f"Head: {self.sealed} {self.head_hash}"
            )
        row = f"row {self.problem.row_id}" if self.problem.row_id else "an unknown row"
        place = f" (seal {self.problem.seq})" if self.problem.seq else ""
        return f"The audit trail is broken: {row}{place} was {self.problem.kind}."


class FynloAuditSeal(models.Model):
    """One link of the chain over the audit trail. Made in the background, never changed."""

    _name = "fynlo.audit.seal"
    _description = "Fynlo audit seal"
    _log_access = False
    _order = "seq desc"
    _rec_name = "seq"

    seq = fields.Integer(required=True, readonly=True)
    audit_id = fields.Integer(required=True, readonly=True)
    previous_hash = fields.Char(required=True, readonly=True)
    row_hash = fields.Char(required=True, readonly=True)

    _seq_unique = models.UniqueIndex("(seq)")
    _audit_unique = models.UniqueIndex("(audit_id)")

    def init(self):
        """Refuse every change of a seal, also by SQL of the role that owns the table."""
        install_guard(self.env.cr, self._table)

    @api.model
    def _cron_seal(self):
        """Seal everything that was committed. A second worker finds the lock taken and leaves.

        The lock is taken before the transaction that works, so that its snapshot shows what the
        holder before has sealed.
        """
        cr = self.env.cr
        cr.execute(SQL("SELECT pg_try_advisory_lock(%s)", _LOCK_KEY))
        if not cr.fetchone()[0]:
            return
        try:
            cr.commit()
            while self._fynlo_seal_batch() == _BATCH_ROWS:
                cr.commit()
            cr.commit()
        finally:
            cr.rollback()
            cr.execute(SQL("SELECT pg_advisory_unlock(%s)", _LOCK_KEY))

    @api.model
    def _fynlo_seal_batch(self):
        """Seal the oldest rows of the queue; return how many.

        A row leaves the queue in the transaction that seals it: a late commit is sealed late,
        and never missed.
        """
        seq, previous = self._fynlo_head()
        seals = []
        for row in self._fynlo_fetch_queue():
            seq += 1
            row_hash = hash_link(previous, seq, row)
            seals.append((seq, row[0], previous, row_hash))
            previous = row_hash
        if seals:
            self.env.cr.execute_values(
                "INSERT INTO fynlo_audit_seal (seq, audit_id, previous_hash, row_hash) VALUES %s",
                seals,
                page_size=1000,
            )
            _logger.info("Audit trail sealed up to %s %s", seq, previous)
        return len(seals)

    @api.model
    def _fynlo_verify_chain(self, head=None):
        """Check every row of the audit trail against its seal.

        :param head: ``(seq, hash)`` as noted down from an earlier report or from the log: shows
            that nobody cut off the end
        :return: a :class:`ChainReport`
        """
        problem = find_break(self._fynlo_iter_links(), head) or self._fynlo_find_unsealed()
        seq, head_hash = self._fynlo_head()
        self.env.cr.execute("SELECT count(*) FROM fynlo_audit_queue")
        return ChainReport(seq, self.env.cr.fetchone()[0], problem, head_hash)

    def _fynlo_head(self):
        self.env.cr.execute("SELECT seq, row_hash FROM fynlo_audit_seal ORDER BY seq DESC LIMIT 1")
        return self.env.cr.fetchone() or (0, GENESIS)

    def _fynlo_fetch_queue(self):
        self.env.cr.execute(
            SQL(
                """
                WITH taken AS (
                    DELETE FROM fynlo_audit_queue WHERE audit_id IN (
                        SELECT audit_id FROM fynlo_audit_queue ORDER BY audit_id LIMIT %s)
                    RETURNING audit_id
                )
                SELECT %s FROM fynlo_audit AS audit JOIN taken ON taken.audit_id = audit.id
                ORDER BY audit.id
                """,
                _BATCH_ROWS,
                _SEALED_COLUMNS,
            )
        )
        return self.env.cr.fetchall()

    def _fynlo_iter_links(self):
        """Yield the links from the first to the last, through a cursor on the server."""
        query = SQL(
            """DECLARE fynlo_chain NO SCROLL CURSOR FOR
               SELECT seal.seq, seal.audit_id, seal.previous_hash, seal.row_hash, %s
               FROM fynlo_audit_seal AS seal LEFT JOIN fynlo_audit AS audit
                 ON audit.id = seal.audit_id
               ORDER BY seal.seq""",
            _SEALED_COLUMNS,
        )
        self.env.cr.execute(query)
        try:
            while True:
                self.env.cr.execute(SQL("FETCH %s FROM fynlo_chain", _BATCH_ROWS))
                rows = self.env.cr.fetchall()
                if not rows:
                    return
                for seq, audit_id, previous, row_hash, *row in rows:
                    yield seq, audit_id, previous, row_hash, row if row[0] else None
        finally:
            self.env.cr.execute("CLOSE fynlo_chain")

    def _fynlo_find_unsealed(self):
        """Return the first row that is neither sealed nor waiting: it came by a side door."""
        self.env.cr.execute(
            """
            SELECT min(audit.id) FROM fynlo_audit AS audit
            LEFT JOIN fynlo_audit_seal AS seal ON seal.audit_id = audit.id
            LEFT JOIN fynlo_audit_queue AS queue ON queue.audit_id = audit.id
            WHERE seal.id IS NULL AND queue.id IS NULL
            """
        )
        row_id = self.env.cr.fetchone()[0]
        return Break("inserted", None, row_id) if row_id else None


class FynloAuditQueue(models.Model):
    """Rows of the audit trail that wait for their seal."""

    _name = "fynlo.audit.queue"
    _description = "Fynlo audit queue"
    _log_access = False

    audit_id = fields.Integer(required=True, readonly=True)

    _audit_unique = models.UniqueIndex("(audit_id)")


def install_guard(cr, table):
    """Install the triggers that make ``table`` append-only."""
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE FUNCTION fynlo_refuse_change() RETURNS trigger
            LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME
                    USING ERRCODE = 'insufficient_privilege';
            END $$;
            DROP TRIGGER IF EXISTS %(name)s ON %(table)s;
            CREATE TRIGGER %(name)s BEFORE UPDATE OR DELETE OR TRUNCATE ON %(table)s
            FOR EACH STATEMENT EXECUTE FUNCTION fynlo_refuse_change()
            """,
            name=SQL.identifier("fynlo_append_only"),
            table=SQL.identifier(table),
        )
    )
