from collections import Counter
from decimal import Decimal
from uuid import UUID

from odoo import api, models
from odoo.addons.fynlo_base.engine.card_numbers import has_card_number
from odoo.addons.fynlo_base.exceptions import CardNumberNotAllowedError, FynloError
from odoo.addons.fynlo_base.http.body import list_field_errors
from odoo.addons.fynlo_base.http.reply import RawReply
from odoo.exceptions import AccessError, UserError
from psycopg2 import DataError, IntegrityError
from pydantic import ValidationError

from ..engine.sheet_cells import NO_VALUE, read_number
from ..engine.sheet_reader import MAX_ROWS
from ..engine.sheet_writer import MEDIA_TYPES, write_table
from ..exceptions import ExportTooLargeError

_CHUNK_RECORDS = 1000
#: Between the names of several things in one cell.
SEPARATOR = "|"
REFUSALS = (UserError, AccessError, IntegrityError, DataError)


class FynloSheet(models.AbstractModel):
    """A table of one kind of records: what its columns say, out and in.

    A row is a ``dict`` of texts by column; amounts are ``Decimal`` on the way out. A row is
    compared with what an export of its record says now: what is equal is not written.
    """

    _name = "fynlo.sheet"
    _description = "Table of records"

    @api.model
    def _fynlo_columns(self):
        """Return the names of the columns, in the order of an export."""
        raise NotImplementedError

    @api.model
    def _fynlo_read_rows(self, records):
        """Return the row of each record, as values in the order of the columns."""
        raise NotImplementedError

    def _fynlo_exported(self, query):
        """Return the records that an export's ``query`` finds, ordered."""
        raise NotImplementedError

    @api.model
    def _fynlo_export(self, query):
        """Return the records that ``query`` finds as a file (a ``RawReply``), and note who asked.

        :raise ExportTooLargeError: more rows than an import takes
        :raise ForbiddenError: the user is no manager
        """
        self.env["res.users"]._fynlo_require("manager")
        records = self._fynlo_exported(query)
        if len(records) > MAX_ROWS:
            raise ExportTooLargeError(details={"limit": MAX_ROWS})
        name = f"{self._fynlo_file_name()}.{query.format}"
        facts = {"rows": len(records), "format": query.format}
        self.env["fynlo.audit"]._fynlo_log(f"export.{self._fynlo_file_name()}", None, facts)
        body = write_table(query.format, self._fynlo_columns(), self._fynlo_all_rows(records))
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return RawReply(body, MEDIA_TYPES[query.format], headers)

    def _fynlo_file_name(self):
        raise NotImplementedError

    def _fynlo_all_rows(self, records):
        ids = records.ids
        self.env.invalidate_all()
        for start in range(0, len(ids), _CHUNK_RECORDS):
            yield from self._fynlo_read_rows(records.browse(ids[start : start + _CHUNK_RECORDS]))
            self.env.invalidate_all()  # else memory grows with the file

    @api.model
    def _fynlo_take(self, rows, seen, may_repeat):
        """Write a chunk of a file; return ``(counts, errors)``.

        :param rows: list of ``(number, row)``; ``None`` for a row with too many or few cells
        :param seen: ``dict`` that is kept from chunk to chunk, of what may be there once
        :param may_repeat: whether new records may be like others
        :return: a ``Counter`` of ``created``, ``updated``, ``unchanged``, and tuples of row
            number, column, code and reason
        """
        counts, errors = Counter(), []
        rows = [pair for pair in rows if self._fynlo_is_sound(*pair, seen, errors)]
        uuids = [row["id"] for _number, row in rows if row.get("id")]
        known = {record.fynlo_uuid: record for record in self._fynlo_find_all(uuids)}
        old = [pair for pair in rows if pair[1].get("id") in known]
        new = [pair for pair in rows if pair[1].get("id") not in known]
        changed, refused = self._fynlo_change(old, known, self._fynlo_current(known))
        counts.update(changed)
        made, problems = self._fynlo_make(new, seen, may_repeat)
        counts["created"] += made
        return counts, sorted(errors + refused + problems, key=lambda error: error[0])

    def _fynlo_is_sound(self, number, row, seen, errors):
        if row is None:
            message = "The row has not as many cells as the heading."
            errors.append((number, "row", "wrong_cells", message))
            return False
        nul = [name for name, text in row.items() if "\0" in text]
        errors += [(number, name, "invalid", "It holds a NUL character.") for name in nul]
        unknown = [name for name, text in row.items() if text is NO_VALUE]
        message = "The file does not hold what this formula gives. Save it in a spreadsheet."
        errors += [(number, name, "formula_without_value", message) for name in unknown]
        # A workbook was looked at as a whole before; what could be a barcode is told here.
        cards = [name for name, text in row.items() if has_card_number(text, name)]
        message = CardNumberNotAllowedError.message
        errors += [(number, name, CardNumberNotAllowedError.code, message) for name in cards]
        if nul or unknown or cards or not row.get("id"):
            return not (nul or unknown or cards)
        try:
            row["id"] = str(UUID(row["id"]))
        except ValueError:
            errors.append((number, "id", "uuid_parsing", "A UUID is needed."))
            return False
        return self._fynlo_is_first("id", row["id"], number, seen, errors)

    @staticmethod
    def _fynlo_is_first(column, key, number, seen, errors):
        """Tell whether no row before has ``key`` in ``column``; note it if one has."""
        first = seen.setdefault(column, {}).setdefault(key, number)
        if first != number:
            message = f"Row {first} has the same."
            errors.append((number, column, "repeated", message))
        return first == number

    def _fynlo_current(self, known):
        records = self._fynlo_find_all(list(known)) if known else ()
        columns = self._fynlo_columns()
        rows = self._fynlo_read_rows(records) if records else ()
        return {row[0]: dict(zip(columns, row, strict=True)) for row in rows}

    def _fynlo_changes(self, row, current):
        """Return the names of the columns where a row says something new."""
        return {
            name
            for name, text in row.items()
            if name not in self._fynlo_read_only() and not _is_same(text, current[name])
        }

    def _fynlo_make(self, rows, seen, may_repeat):
        """Make the records of new rows; return how many, and the errors."""
        commands, errors = [], []
        for number, row in rows:
            try:
                commands.append((number, self._fynlo_create_command(row)))
            except (ValidationError, FynloError) as error:
                errors += [(number, *each) for each in self._fynlo_problems(error)]
        bad = self._fynlo_check_new(commands, seen, may_repeat)
        numbers = {error[0] for error in bad}
        commands = [pair for pair in commands if pair[0] not in numbers]
        made, refused = self._fynlo_create_chunk(commands)
        return made, errors + bad + refused

    def _fynlo_create_chunk(self, commands):
        """Make all at once; if that is refused, one by one, to find who is at fault."""
        try:
            with self.env.cr.savepoint():
                self._fynlo_create_all([command for _number, command in commands])
                self.env.flush_all()  # here: at the end, the job would be named as the writer
            return len(commands), []
        except REFUSALS as error:
            if len(commands) == 1:
                number = commands[0][0]
                return 0, [(number, *each) for each in self._fynlo_problems(error)]
        middle = len(commands) // 2
        left, right = (
            self._fynlo_create_chunk(part) for part in (commands[:middle], commands[middle:])
        )
        return left[0] + right[0], left[1] + right[1]

    def _fynlo_problems(self, error):
        """Return ``(column, code, reason)`` of what an error says."""
        if isinstance(error, ValidationError):
            return self._fynlo_name(list_field_errors(error))
        if getattr(error, "errors", None):
            return self._fynlo_name(error.errors)
        if isinstance(error, FynloError):
            return [("row", error.code, str(error))]
        if isinstance(error, IntegrityError | DataError):
            return [("row", "conflict", "The database refuses it.")]
        return [("row", "business_rule", str(error))]

    def _fynlo_name(self, errors):
        """Return field errors of a body as problems of columns."""
        columns = self._fynlo_columns()
        named = []
        for error in errors:
            parts = [part for part in error["field"].split(".") if part in columns]
            column = parts[-1] if parts else self._fynlo_column_of(error["field"])
            named.append((column, error["code"], error["message"]))
        return named

    def _fynlo_column_of(self, _field):
        return "row"


def _is_same(text, cell):
    if not isinstance(cell, Decimal):
        return text == cell
    try:
        return read_number(text) == cell
    except ValueError:
        return False
