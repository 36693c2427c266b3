"""Rows as a PDF page that is as long as they are."""

import io
import re
from dataclasses import replace

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .paper import COLUMNS, break_row

_FONT = "FynloPaper"
_LINE_HEIGHT = 1.35
_MARGIN_MM = 4
#: Of the width between the margins; and a logo's dot, as a printer of 203 dpi makes it.
_LOGO_SHARE, _DOT = 0.6, 72 / 203


def to_pdf(rows, paper, title, font_path, logo=b""):
    """Return a PDF of ``rows``, one page.

    :param paper: a key of ``COLUMNS``; its width in millimetres is in its name
    :param font_path: a TrueType file of a font whose letters are equally wide
    :param logo: a JPEG that stands above the rows; its dots are as many as a printer would have
    """
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_FONT, font_path))
    columns = COLUMNS[paper]
    width, margin = int(paper.removesuffix("mm")) * mm, _MARGIN_MM * mm
    size = (width - 2 * margin) / (columns * pdfmetrics.stringWidth("0", _FONT, 1))
    lines = [(row, line) for row in rows for line in break_row(_to_known(row), columns)]
    height = sum(row.size for row, _ in lines) * size * _LINE_HEIGHT + 2 * margin
    picture = ImageReader(io.BytesIO(logo)) if logo else None
    logo_width, logo_height = _fit(picture, width - 2 * margin) if picture else (0, 0)
    height += logo_height
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(width, height), invariant=1)
    canvas.setTitle(title)
    top = height - margin - logo_height
    if picture:
        # Half of the margin below it keeps it from the first row.
        place = ((width - logo_width) / 2, top + margin / 2)
        canvas.drawImage(picture, *place, logo_width, logo_height - margin / 2)
    for row, line in lines:
        top -= row.size * size * _LINE_HEIGHT
        _draw(canvas, row, line, margin, top, size * row.size)
    canvas.save()
    return target.getvalue()


def _fit(picture, width):
    """Return the width and height that a logo takes on the page, with the gap below it."""
    dots, rows = picture.getSize()
    shown = min(width * _LOGO_SHARE, dots * _DOT)
    return shown, shown * rows / dots + _MARGIN_MM * mm / 2


def _draw(canvas, row, line, x, y, size):
    text = canvas.beginText(x, y)
    text.setFont(_FONT, size)
    if row.bold:  # the font's own outline, so that one file is enough
        text.setTextRenderMode(2)
        canvas.setLineWidth(size / 30)
    text.textOut(line)
    text.setTextRenderMode(0)
    canvas.drawText(text)


def _to_known(row):
    """Put a question mark where the font has no sign, and leave control characters out."""
    glyphs = pdfmetrics.getFont(_FONT).face.charToGlyph

    def clean(text):
        plain = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
        known = "".join(char if char == "\n" or ord(char) in glyphs else "\0" for char in plain)
        return re.sub("\0+", "?", known)

    return row if row.is_rule else replace(row, left=clean(row.left), right=clean(row.right))
