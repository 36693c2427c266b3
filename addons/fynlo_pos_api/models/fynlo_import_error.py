from odoo import api, fields, models
from odoo.addons.fynlo_base.own_cursor import own_cursor
from odoo.tools import SQL


class FynloImportError(models.Model):
    """Why a row of a file is bad. The cell itself is not kept: it may be somebody's data."""

    _name = "fynlo.import.error"
    _description = "Bad cell of an import"
    _log_access = False
    _order = "row, id"
    _rec_name = "message"

    import_id = fields.Many2one(
        "fynlo.import", required=True, readonly=True, index=True, ondelete="cascade"
    )
    row = fields.Integer(required=True, readonly=True, aggregator=None)
    field = fields.Char("Column", required=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    message = fields.Char("Reason", required=True, readonly=True)


class FynloImportProgress(models.Model):
    """How far a transaction is that has not committed. Written beside it: see ``own_cursor``."""

    _name = "fynlo.import.progress"
    _description = "Progress of an import"
    _log_access = False

    import_number = fields.Integer(required=True, readonly=True, aggregator=None)
    processed = fields.Integer(required=True, readonly=True)
    is_stopped = fields.Boolean("To Be Stopped", readonly=True)

    _number_unique = models.UniqueIndex("(import_number)")

    @api.model
    def _fynlo_read(self, import_ids):
        """Return ``{database id: rows}`` of the imports that run now."""
        found = self.search([("import_number", "in", import_ids)])
        return {each.import_number: each.processed for each in found}

    @api.model
    def _fynlo_tell(self, record, processed):
        """Let others see at once that ``processed`` rows of one import are done.

        :return: whether somebody wants it to stop
        """
        with own_cursor(self.env) as cursor:
            cursor.execute(
                SQL(
                    """INSERT INTO fynlo_import_progress (import_number, processed)
                       VALUES (%s, %s) ON CONFLICT (import_number)
                       DO UPDATE SET processed = EXCLUDED.processed
                       RETURNING COALESCE(is_stopped, FALSE)""",
                    record.id,
                    processed,
                )
            )
            return cursor.fetchone()[0]

    @api.model
    def _fynlo_stop(self, record):
        """Ask the job that works off one import to stop before its next chunk."""
        with own_cursor(self.env) as cursor:
            cursor.execute(
                SQL(
                    """INSERT INTO fynlo_import_progress (import_number, processed, is_stopped)
                       VALUES (%s, 0, TRUE) ON CONFLICT (import_number)
                       DO UPDATE SET is_stopped = TRUE""",
                    record.id,
                )
            )

    @api.model
    def _fynlo_forget(self, record):
        """Drop the progress of one import: its own row tells it now."""
        with own_cursor(self.env) as cursor:
            query = "DELETE FROM fynlo_import_progress WHERE import_number = %s"
            cursor.execute(SQL(query, record.id))
