"""Rows as the bytes of an ESC/POS printer."""

import unicodedata
from dataclasses import replace

from escpos.printer import Dummy

from .paper import break_row

#: Western European letters and the euro sign: any ESC/POS printer has it.
CODE_PAGE = "CP858"
_UNKNOWN = "?"
_DRAWER_PIN = 2


def to_escpos(rows, columns, opens_drawer=False, logo=b""):
    """Return the bytes that print ``rows`` and cut the paper.

    :param columns: characters in a row of the paper
    :param opens_drawer: send the impulse that opens the cash drawer, before anything is printed
    :param logo: bytes that print a picture above the rows
    """
    printer = Dummy()
    printer.hw("INIT")
    printer.charcode(CODE_PAGE)
    if opens_drawer:
        printer.cashdraw(_DRAWER_PIN)
    if logo:
        printer._raw(logo)
    for row in rows:
        size = {"double_width": row.size == 2, "double_height": row.size == 2}
        printer.set(bold=row.bold, align="left", normal_textsize=row.size == 1, **size)
        for line in break_row(_to_printable(row), columns):
            printer.text(f"{line}\n")
    printer.set(bold=False, align="left", normal_textsize=True)
    printer.cut()
    return printer.output


def open_drawer():
    """Return the bytes that make a printer open the cash drawer at it, and print nothing."""
    printer = Dummy()
    printer.cashdraw(_DRAWER_PIN)
    return printer.output


def _to_printable(row):
    if row.is_rule:
        return row
    return replace(row, left=to_code_page(row.left), right=to_code_page(row.right))


def to_code_page(text):
    """Return ``text`` with what the code page lacks written otherwise.

    An accent that it has not is left away; a run of signs that nothing comes near to, emojis
    say, becomes one question mark. Control characters go: a guest's words never become a command
    of the printer.
    """
    letters = []
    for char in unicodedata.normalize("NFC", text):
        found = char if char == "\n" else _to_letter(char)
        if found and (found != _UNKNOWN or char == _UNKNOWN or letters[-1:] != [_UNKNOWN]):
            letters.append(found)
    return "".join(letters)


def _to_letter(char):
    kind = unicodedata.category(char)
    if kind in ("Cc", "Cf") or char in "\ufe0e\ufe0f":
        return " " if char == "\t" else ""
    if _has(char):
        return char
    plain = "".join(
        each for each in unicodedata.normalize("NFKD", char) if not unicodedata.combining(each)
    )
    return plain if plain and all(map(_has, plain)) else _PLAIN.get(char, _UNKNOWN)


#: Signs of typography that have a plain one.
_PLAIN = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"'}
_PLAIN |= {"\u2013": "-", "\u2014": "-", "\u2022": "*"}


def _has(char):
    try:
        char.encode(CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True
