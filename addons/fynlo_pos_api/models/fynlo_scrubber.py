from odoo import api, models
from odoo.tools import SQL

from ..engine.wipe import make_pattern

ERASED = "[erased]"
#: Columns of text whose change would break a seal of Odoo's: these rows of them stay.
_SEALED = {
    ("account_move_line", "name"): SQL(
        "move_id IN (SELECT id FROM account_move WHERE inalterable_hash IS NOT NULL)"
    )
}
_TEXT_TYPES = ("character varying", "text", "json", "jsonb")


class FynloScrubber(models.AbstractModel):
    """Takes given words out of the rows that belong to a record, whatever addon made the tables.

    The database itself tells what refers to the record. Only these rows are looked at: another
    person may have the same name.
    """

    _name = "fynlo.scrubber"
    _description = "Fynlo scrubber"

    @api.model
    def _fynlo_make_pattern(self, words, phones=()):
        """Return the regular expression that finds ``words`` and ``phones`` in a text."""
        return make_pattern(words, phones)

    @api.model
    def _fynlo_find_references(self, table):
        """Return ``(table, column)`` of every foreign key on the id of ``table``."""
        query = """SELECT child.relname, field.attname
                   FROM pg_constraint AS con
                   JOIN pg_class AS child ON child.oid = con.conrelid
                   JOIN pg_class AS parent ON parent.oid = con.confrelid
                   JOIN pg_attribute AS field
                     ON field.attrelid = con.conrelid AND field.attnum = con.conkey[1]
                   WHERE con.contype = 'f' AND parent.relname = %s AND child.relkind = 'r'
                     AND parent.relnamespace = current_schema::regnamespace
                   ORDER BY 1, 2"""
        return self.env.execute_query(SQL(query, table))

    @api.model
    def _fynlo_scrub_rows(self, table, condition, pattern):
        """Take what ``pattern`` finds out of every text of the rows that match.

        :param condition: ``SQL`` over the columns of ``table``
        """
        if not pattern:
            return
        for column, kind in self._fynlo_text_columns(table):
            name = SQL.identifier(column)
            kept = _SEALED.get((table, column), SQL("FALSE"))
            self.env.cr.execute(
                SQL(
                    """UPDATE %(table)s
                       SET %(name)s = regexp_replace(%(name)s::text, %(pattern)s, %(put)s, 'gi')
                                      ::%(kind)s
                       WHERE %(condition)s AND NOT (%(kept)s) AND %(name)s::text ~* %(pattern)s""",
                    table=SQL.identifier(table),
                    name=name,
                    pattern=pattern,
                    put=ERASED,
                    kind=SQL(kind),
                    condition=condition,
                    kept=kept,
                )
            )

    def _fynlo_text_columns(self, table):
        query = """SELECT column_name, data_type FROM information_schema.columns
                   WHERE table_schema = current_schema AND table_name = %s
                     AND data_type IN %s AND is_generated = 'NEVER' ORDER BY 1"""
        return self.env.execute_query(SQL(query, table, _TEXT_TYPES))

    @api.model
    def _fynlo_scrub_references(self, table, ids, pattern, skipped=()):
        """Scrub every row that refers to one of ``ids``; return ``{table: ids of these rows}``."""
        found = {}
        for child, column in self._fynlo_find_references(table) if ids else ():
            if child in skipped:
                continue
            condition = SQL("%s IN %s", SQL.identifier(column), tuple(ids))
            self._fynlo_scrub_rows(child, condition, pattern)
            if self._fynlo_has_id(child):
                query = SQL("SELECT id FROM %s WHERE %s", SQL.identifier(child), condition)
                rows = {id_ for (id_,) in self.env.execute_query(query)}
                found[child] = found.get(child, set()) | rows
        return {child: rows for child, rows in found.items() if rows}

    def _fynlo_has_id(self, table):
        query = """SELECT 1 FROM information_schema.columns WHERE column_name = 'id'
                   AND table_schema = current_schema AND table_name = %s"""
        return bool(self.env.execute_query(SQL(query, table)))
