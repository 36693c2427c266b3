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
_LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
#: Not the halves of a character: alone they are no text.
_ESCAPED = re.compile(r"_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"-?[0-9]{1,13}(?:[.,][0-9]{1,6})?", re.ASCII)


class _NoValue(str):
    """Text of a cell that should have one."""


#: A cell whose formula was never computed: it neither says something nor is it empty.
NO_VALUE = _NoValue("=")


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
    return _one_break(_UNWRITABLE.sub("", value or "")[:_CELL_LENGTH]).strip()


def _one_break(text):
    """Return text with one kind of line break: spreadsheets and forms have theirs each."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def escape(text):
    """Return ``text`` so that :func:`unescape` gives it back."""
    return _LIKE_ESCAPED.sub("_x005F_", text)


def unescape(text):
    """Return a workbook's text with the characters that it writes as ``_x000D_``."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


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
    return _one_break(unprotect(str(value).strip(" ")).strip())


def read_number(text):
    """Return ``text`` as a ``Decimal``; a comma may stand for the point.

    :raise ValueError: it is none, or has more than 13 digits before the point or 6 after it
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError("a number is needed, e.g. 12.50")
    return Decimal(text.replace(",", "."))
