"""Rows of a CSV or XLSX file, one at a time. Knows no resource."""

import csv
import io
from collections import Counter

from .sheet_cells import clean, to_text
from .sheet_error import SheetError
from .sheet_workbook import read_workbook

MAX_ROWS = 100_000
MAX_COLUMNS = 100
#: The last row of a spreadsheet; between rows with something in them many may be empty.
_LAST_ROW = 1_048_576
_BLOCK_BYTES = 1024 * 1024
_DELIMITERS = ",;\t"
_ZIP_MARK = b"PK\x03\x04"


def is_workbook(content):
    """Tell whether ``content`` (bytes) is an XLSX file; anything else is read as CSV."""
    return content.startswith(_ZIP_MARK)


def read_rows(content):
    """Yield ``(number, cells)`` of each row that is not empty, the heading first.

    Numbers are those that a spreadsheet shows; cells are texts.

    :raise SheetError: no such file, too many rows, a broken row
    """
    is_book, count = is_workbook(content), 0
    for number, cells in read_workbook(content, MAX_COLUMNS) if is_book else _read_csv(content):
        count += any(cells)
        if count > MAX_ROWS + 1 or number > _LAST_ROW:
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
            if len(cells) > MAX_COLUMNS:  # the rest in one: whether it is empty is what counts
                cells[MAX_COLUMNS:] = ["".join(cells[MAX_COLUMNS:])]
            yield number, [to_text(cell) for cell in cells]
    except UnicodeDecodeError:
        message = "It is neither UTF-8 text nor an XLSX workbook."
        raise SheetError("not_utf8", message, number + 1) from None
    except csv.Error as error:
        raise SheetError("bad_csv", f"It is not valid CSV: {error}.", number + 1) from None
