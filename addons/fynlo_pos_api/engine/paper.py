"""What is printed: rows of text. How they come onto paper is ``escpos_paper`` and ``pdf_paper``."""

import textwrap
from dataclasses import dataclass

#: Characters in a row, by the width of the paper.
COLUMNS = {"80mm": 42, "58mm": 32}


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``right`` stands at the right edge; a row that is too long is broken.

    :ivar size: 1, or 2 for twice as high and wide
    :ivar indent: characters that it starts further right, in all its lines
    """

    left: str = ""
    right: str = ""
    bold: bool = False
    size: int = 1
    centred: bool = False
    indent: int = 0
    is_rule: bool = False


RULE = Row(is_rule=True)


def break_row(row, columns):
    """Return a row as lines of at most ``columns`` characters, ``right`` in the last one's end."""
    width = max(columns // row.size - row.indent, 1)
    pad = " " * row.indent
    if row.is_rule:
        return ["-" * columns]
    left = [line for part in row.left.splitlines() or [""] for line in _wrap(part, width)]
    if row.centred:
        return [line.center(width).rstrip() for line in left]
    right = _wrap(row.right, width) if row.right else []
    if right and len(left[-1]) + 1 + len(right[0]) > width:
        left.append("")
    if right:
        left[-1] += right[0].rjust(width - len(left[-1]))
    left += [line.rjust(width) for line in right[1:]]
    return [f"{pad}{line}".rstrip() for line in left]


def _wrap(text, width):
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def format_amount(minor, decimals):
    """Return an amount in minor units for people, e.g. ``-12.50``."""
    sign, minor = ("-" if minor < 0 else ""), abs(minor)
    whole, rest = divmod(minor, 10**decimals)
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


def format_quantity(quantity):
    """Return a quantity without needless zeros, e.g. ``2`` or ``0.25``."""
    return f"{quantity:.6f}".rstrip("0").rstrip(".")
