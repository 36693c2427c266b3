"""A logo for paper: dots for an ESC/POS printer, a small picture for a PDF page."""

import io

from escpos.image import EscposImage
from odoo.addons.fynlo_base.engine.lru import ByteCache
from PIL import Image, UnidentifiedImageError

#: A printer's letter is twelve dots wide.
_DOTS_OF_COLUMN = 12
#: Of the paper's width, and at most so high: a logo is no poster.
_WIDTH_SHARE, _HEIGHT_DOTS = 0.6, 160
_PICTURE_SIZE = (480, 240)
_JPEG_QUALITY = 88
#: GS v 0: dots in rows, as nearly every printer takes them.
_PRINT_RASTER = b"\x1dv0\x00"
_KEPT = ByteCache(4 * 1024 * 1024)


def keep_logo(key, make):
    """Return what ``make`` returned for ``key`` before in this worker, or call it.

    :param key: text that names a picture and what it is made into
    """
    logo = _KEPT.get(key)
    if logo is None:
        logo = make()
        _KEPT.put(key, logo)
    return logo


def to_raster(content, columns):
    """Return the bytes that print a picture in the middle of the paper.

    :param content: bytes of an image file
    :param columns: characters in a row of the paper
    :return: nothing of what is no picture of dots, as an SVG
    """
    paper = columns * _DOTS_OF_COLUMN
    picture = _read(content, (int(paper * _WIDTH_SHARE), _HEIGHT_DOTS))
    if picture is None:
        return b""
    # Whatever the printer makes of its own centring: what is left of the logo is white.
    left = (paper - picture.width) // 2
    canvas = Image.new("L", (left + picture.width, picture.height), 255)
    canvas.paste(picture.convert("L"), (left, 0))
    dots = EscposImage(canvas)
    size = dots.width_bytes.to_bytes(2, "little") + dots.height.to_bytes(2, "little")
    return _PRINT_RASTER + size + dots.to_raster_format() + b"\n"


def to_jpeg(content):
    """Return a picture as a JPEG of a moderate size; nothing of what is no picture of dots."""
    picture = _read(content, _PICTURE_SIZE)
    if picture is None:
        return b""
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=_JPEG_QUALITY)
    return target.getvalue()


def _read(content, size):
    """Return the picture on white paper, made smaller until it fits ``size``, or ``None``."""
    try:
        picture = Image.open(io.BytesIO(content)).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    picture.thumbnail(size)
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")
