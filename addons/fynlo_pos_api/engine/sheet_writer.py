"""A table as a CSV or XLSX file. Knows no resource."""

import csv
import io
from decimal import Decimal

from openpyxl import Workbook

from .sheet_cells import escape, protect

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}
#: By it spreadsheets tell UTF-8 from the code page of the machine.
_BOM = "\ufeff"


def write_table(kind, columns, rows):
    """Return the bytes of a file.

    :param kind: ``csv`` or ``xlsx``
    :param columns: names, the first row
    :param rows: iterable of rows of text and ``Decimal``; each is written before the next is asked
    """
    return (_write_csv if kind == "csv" else _write_workbook)(columns, rows)


def _write_csv(columns, rows):
    stream = io.StringIO(newline="")
    stream.write(_BOM)
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return stream.getvalue().encode()


def _write_workbook(columns, rows):
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Fynlo")
    sheet.append(columns)
    for row in rows:
        sheet.append([_workbook_cell(cell) for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _csv_cell(cell):
    # A number computes nothing, and with an apostrophe it would be none.
    return f"{cell:f}" if isinstance(cell, Decimal) else protect(cell)


def _workbook_cell(cell):
    return cell if isinstance(cell, Decimal) else escape(protect(cell))
