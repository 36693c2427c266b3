"""Rows of a CSV or XLSX file, one at a time. Knows no resource."""

import csv
import io
import zipfile
from collections import Counter

from openpyxl import load_workbook

from .sheet_cells import clean, to_text, unprotect

MAX_ROWS = 100_000
MAX_COLUMNS = 100
#: Most bytes of a workbook's parts when unpacked, and most parts.
UNZIPPED_LIMIT_BYTES = 160 * 1024 * 1024
_MAX_PARTS = 200
_BLOCK_BYTES = 1024 * 1024
_DELIMITERS = ",;\t"
_ZIP_MARK = b"PK\x03\x04"
#: A workbook needs neither; with them a small file can name others or grow without end.
_FORBIDDEN_XML = (b"<!DOCTYPE", b"<!ENTITY")


class SheetError(Exception):
    """The file as a whole cannot be read; ``code`` names why.

    :ivar row: number of the row, ``None`` when it is none's
    """

    def __init__(self, code, message, row=None):
        super().__init__(message)
        self.code, self.row = code, row


def is_workbook(content):
    """Tell whether ``content`` (bytes) is an XLSX file; anything else is read as CSV."""
    return content.startswith(_ZIP_MARK)


def read_rows(content):
    """Yield ``(number, cells)`` of each row that is not empty, the heading first.

    Numbers are those that a spreadsheet shows; cells are texts.

    :raise SheetError: no such file, too many rows, a broken row
    """
    rows = _read_workbook(content) if is_workbook(content) else _read_csv(content)
    for number, cells in rows:
        if number > MAX_ROWS + 1:
            raise SheetError("too_many_rows", f"It has more than {MAX_ROWS} rows.")
        if any(cells):
            yield number, cells


def read_tables(content):
    """Yield ``(number, {column: text})`` of each row below the heading.

    :raise SheetError: as :func:`read_rows`, and a row that has not as many cells as the heading
    """
    rows = read_rows(content)
    columns = read_heading(rows)
    for number, cells in rows:
        if (
            len(cells) > len(columns)
            and any(cells[len(columns) :])
            or len(cells) < len(columns)
            and not is_workbook(content)
        ):
            yield number, None
        else:
            padding = [""] * (len(columns) - len(cells))
            yield number, dict(zip(columns, cells + padding, strict=False))


def read_heading(rows):
    """Return the names of the columns: the first of ``rows``.

    :raise SheetError: there is none, or a name is missing or twice there
    """
    _number, cells = next(rows, (0, []))
    while cells and not cells[-1]:
        cells = cells[:-1]
    if not cells:
        raise SheetError("empty_file", "It has no rows.")
    if len(cells) > MAX_COLUMNS or not all(cells):
        raise SheetError("bad_heading", "Each column needs a name in the first row.", 1)
    twice = [name for name, count in Counter(cells).items() if count > 1]
    if twice:
        raise SheetError("repeated_column", f"The column {clean(twice[0])[:64]} is there twice.", 1)
    return cells


def _read_csv(content):
    stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    first_line = content[:_BLOCK_BYTES].partition(b"\n")[0].decode("utf-8", "replace")
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, [unprotect(cell.strip(" ")).strip() for cell in cells]
    except UnicodeDecodeError:
        message = "It is neither UTF-8 text nor an XLSX workbook."
        raise SheetError("not_utf8", message, number + 1) from None
    except csv.Error as error:
        raise SheetError("bad_csv", f"It is not valid CSV: {error}.", number + 1) from None


def _read_workbook(content):
    _check_parts(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size need not be true
        rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1)
        for number, values in enumerate(rows, 1):
            cells = [to_text(value) for value in values]
            while cells and not cells[-1]:  # it fills each row up to the last column
                cells.pop()
            yield number, cells
    except SheetError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise SheetError("bad_workbook", "It is not a readable XLSX workbook.") from error


def _check_parts(content):
    """Unpack everything once, block by block: what a header says of a size need not be true."""
    left = UNZIPPED_LIMIT_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > _MAX_PARTS:
                raise SheetError("too_large", "The workbook has too many parts.")
            for part in parts:
                left = _check_part(package, part, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise SheetError("bad_workbook", "It is not a readable XLSX workbook.") from None
    except zipfile.zlib.error:
        raise SheetError("bad_workbook", "It is not a readable XLSX workbook.") from None


def _check_part(package, part, left):
    is_xml, tail = part.filename.lower().endswith((".xml", ".rels", ".vml")), b""
    with package.open(part) as stream:
        while block := stream.read(_BLOCK_BYTES):
            left -= len(block)
            if left < 0:
                raise SheetError("too_large", "The workbook is too large when unpacked.")
            window = tail + block
            # A NUL byte is UTF-16, in which the words would be missed.
            if is_xml and (b"\0" in block or any(word in window for word in _FORBIDDEN_XML)):
                raise SheetError("bad_workbook", "The workbook declares entities.")
            tail = block[-16:]
    return left
