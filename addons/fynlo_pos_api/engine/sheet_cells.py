"""Cells of a table file: text that no spreadsheet takes for a formula, and back."""

import re
from datetime import date, datetime
from decimal import Decimal

#: What makes a spreadsheet compute a cell instead of showing it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MARK = "'"
_MARKED = (*FORMULA_STARTS, _MARK)
#: Spreadsheets hold no more in one cell, and no control characters.
_CELL_LENGTH = 32_000
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NUMBER = re.compile(r"-?[0-9]{1,13}(?:[.,][0-9]{1,6})?", re.ASCII)


def protect(text):
    """Return ``text`` with an apostrophe before what would start a formula.

    An apostrophe that was there before gets one more: :func:`unprotect` takes exactly one away.
    """
    return _MARK + text if text.startswith(_MARKED) else text


def unprotect(text):
    """Return the text that :func:`protect` was given; what nobody protected stays as it is."""
    return text[1:] if text[:1] == _MARK and text[1:].startswith(_MARKED) else text


def clean(value):
    """Return text (or ``None``, ``False``) as a cell holds it: trimmed, without controls."""
    return _UNWRITABLE.sub("", value or "")[:_CELL_LENGTH].strip()


def to_text(value):
    """Return what a spreadsheet's cell holds as the text that a CSV file would have."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return unprotect(str(value).strip())


def read_number(text):
    """Return ``text`` as a ``Decimal``; a comma may stand for the point.

    :raise ValueError: it is none, or has more than 13 digits before the point or 6 after it
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError("a number is needed, e.g. 12.50")
    return Decimal(text.replace(",", "."))
