"""Rows of the first sheet of an XLSX workbook, one at a time, as texts.

Its parts are streamed: what is empty or only formatted is passed by without being kept.
"""

import zipfile
from functools import lru_cache
from xml.parsers.expat import ExpatError

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from .sheet_cells import NO_VALUE, to_text, unescape
from .sheet_error import SheetError
from .sheet_package import ELEMENTS_LIMIT, Package

#: What a spreadsheet puts into one cell, and how many into a row.
_CELL_LENGTH = 32_767
_LAST_COLUMN = 16_384
_UNREADABLE = (
    zipfile.BadZipFile, zipfile.zlib.error, ExpatError, EOFError, ArithmeticError, LookupError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
_column_of = lru_cache(1024)(column_index_from_string)


def read_workbook(content, columns):
    """Yield ``(number, cells)`` of each row that has a cell with something in it.

    A formula whose result the file does not hold is ``NO_VALUE``.

    :param columns: so many are told apart; what is beyond them is told in one more
    :raise SheetError: it is no workbook, or too much is in it
    """
    try:
        package = Package(content)
        (path,) = [part for _id, kind, part in package.related() if kind == "officeDocument"]
        related = package.related(path)
        book = package.load(path, _Book())
        sheets = {key: part for key, kind, part in related if kind == "worksheet"}
        parts = {kind: part for _id, kind, part in related}
        texts, styles = _Texts(), _Styles()
        if parts.get("sharedStrings") in package:
            package.load(parts["sharedStrings"], texts, ELEMENTS_LIMIT)
        if parts.get("styles") in package:
            package.load(parts["styles"], styles)
        sheet = _Sheet(texts.found, styles.dates(), book.epoch, columns)
        for _block in package.parse(next(sheets[key] for key in book.keys if key in sheets), sheet):
            yield from sheet.take()
    except StopIteration:
        raise SheetError("bad_workbook", "The workbook has no sheet.") from None
    except _UNREADABLE as error:
        raise SheetError("bad_workbook", "It is not a readable XLSX workbook.") from error


class _Handler:
    """Text of a part, collected while ``is_text``."""

    def __init__(self):
        self.parts, self.length, self.is_text, self.is_reading_aid = [], 0, False, False

    def start(self, name, attributes):
        """Take the start of an element; the name is without a prefix."""

    def end(self, name):
        """Take the end of an element."""

    def text(self, text):
        """Take text between elements."""
        if self.is_text and not self.is_reading_aid:
            self.length += len(text)
            if self.length > _CELL_LENGTH:
                raise SheetError("too_large", f"A cell has more than {_CELL_LENGTH} characters.")
            self.parts.append(text)

    def told(self):
        """Return the text since the last time."""
        text = "".join(self.parts)
        self.parts, self.length = [], 0
        return text


class _Book(_Handler):
    def __init__(self):
        super().__init__()
        self.keys, self.epoch = [], CALENDAR_WINDOWS_1900

    def start(self, name, attributes):
        if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = CALENDAR_MAC_1904
        elif name == "sheet":
            # Its id is the relation's, whatever prefix the file has for that.
            self.keys += [text for key, text in attributes.items() if key.endswith(":id")]


class _Texts(_Handler):
    """The texts that cells share."""

    def __init__(self):
        super().__init__()
        self.found = []

    def start(self, name, _attributes):
        if name == "t":
            self.is_text = True
        elif name == "rPh":
            self.is_reading_aid = True

    def end(self, name):
        if name == "t":
            self.is_text = False
        elif name == "rPh":
            self.is_reading_aid = False
        elif name == "si":
            self.found.append(to_text(unescape(self.told())))


class _Styles(_Handler):
    """Which styles of cells show a number as a date."""

    def __init__(self):
        super().__init__()
        self.formats, self.used, self.is_cells = {}, [], False

    def start(self, name, attributes):
        if name == "cellXfs":
            self.is_cells = True
        elif name == "xf" and self.is_cells:
            self.used.append(attributes.get("numFmtId", "0"))
        elif name == "numFmt":
            self.formats[attributes["numFmtId"]] = attributes.get("formatCode", "")

    def end(self, name):
        if name == "cellXfs":
            self.is_cells = False

    def dates(self):
        """Return the set of numbers, as texts, of such styles."""
        known = {str(key): code for key, code in BUILTIN_FORMATS.items()} | self.formats
        dates = {key for key in set(self.used) if is_date_format(known.get(key, ""))}
        return {str(number) for number, key in enumerate(self.used) if key in dates}


class _Sheet(_Handler):
    def __init__(self, texts, dates, epoch, columns):
        super().__init__()
        self.texts, self.dates, self.epoch, self.columns = texts, dates, epoch, columns
        self.rows, self.number, self.row = [], 0, {}
        self.column, self.cell, self.has_formula = 0, {}, False

    def take(self):
        """Return the rows that are complete, ``(number, cells)``, and forget them."""
        rows, self.rows = self.rows, []
        return rows

    def start(self, name, attributes):
        if name == "c":
            place = attributes.get("r")
            column = _column_of(place.rstrip("0123456789")) if place else self.column + 1
            self.column, self.cell, self.has_formula = column, attributes, False
            if column > _LAST_COLUMN:
                raise SheetError(
                    "too_large", "It has more columns than a spreadsheet.", self.number
                )
        elif name in ("v", "t"):
            self.is_text = True
        elif name == "row":
            number = int(attributes.get("r", self.number + 1))
            if number <= self.number:
                raise SheetError("bad_workbook", "Its rows are not in order.", number)
            self.number, self.column, self.row = number, 0, {}
        elif name == "f":
            self.has_formula = True
        elif name == "rPh":
            self.is_reading_aid = True

    def end(self, name):
        if name in ("v", "t"):
            self.is_text = False
        elif name == "rPh":
            self.is_reading_aid = False
        elif name == "c":
            if text := self._value():
                self.row[min(self.column, self.columns + 1)] = text
        elif name == "row" and self.row:
            cells = [self.row.get(column, "") for column in range(1, max(self.row) + 1)]
            self.rows.append((self.number, cells))

    def _value(self):
        text, kind = self.told() if self.parts else "", self.cell.get("t", "n")
        if not text:
            return NO_VALUE if self.has_formula and kind != "str" else ""
        if kind == "s":
            return self.texts[int(text)]
        if kind == "b":
            return to_text(text == "1")
        if kind != "n":
            return to_text(unescape(text))
        number = float(text) if set(text) & set(".eE") else int(text)
        if self.cell.get("s") in self.dates:
            return to_text(from_excel(number, self.epoch))
        return to_text(number)
