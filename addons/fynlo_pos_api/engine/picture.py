"""Which files are taken as a picture of a product."""

import struct

from odoo.exceptions import UserError
from odoo.tools.image import binary_to_image, get_webp_size
from PIL import Image

#: Most bytes of a file: as base64 it fits into any request of the API.
FILE_LIMIT_BYTES = 700 * 1024
#: Most pixels: few bytes can say that they are very many.
PIXELS_LIMIT = 16_000_000
_FORMATS = frozenset(("JPEG", "PNG"))
#: What follows the last scan of a whole JPEG file, and what such a scan begins with.
_JPEG_END, _JPEG_SCAN = b"\xff\xd9", b"\xff\xda"
#: Bytes after the first eight of the smallest WebP file: a name, a chunk's head, a picture's head.
_WEBP_SMALLEST = 17
#: What Pillow raises for bytes that only begin as an image does.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, UserError)


def check_picture(content):
    """Check a picture as far as its format allows, before Odoo decodes it to make it smaller.

    A PNG has checksums, a JPEG an end, WebP tells its size. Decoding alone would prove little:
    Odoo lets Pillow fill up what is missing, and keeps it from decoding WebP.

    :raise ValueError: it is no such file, is broken, or has too many pixels; the text is for people
    """
    try:
        if content[:4] == b"RIFF":
            _check_webp(content)
            return
        image = binary_to_image(content)
        if image.format not in _FORMATS:
            raise ValueError("neither PNG nor JPEG")
        _check_size(image.size)
        if image.format == "PNG":
            image.verify()
        elif content.rfind(_JPEG_END) < content.rfind(_JPEG_SCAN):
            raise ValueError("cut off")
    except (Image.DecompressionBombError, _TooLargeError):
        raise ValueError("The picture has too many pixels.") from None
    except (*_BROKEN, IndexError):
        raise ValueError("Send a PNG, JPEG or WebP file.") from None


class _TooLargeError(Exception):
    """More pixels than are taken."""


def _check_webp(content):
    """Check the size of the file and of the picture that the header tells."""
    told = int.from_bytes(content[4:8], "little")
    if not _WEBP_SMALLEST <= told <= len(content) - 8:
        raise ValueError("cut off")
    _check_size(get_webp_size(content) or (0, 0))


def _check_size(size):
    width, height = size
    if not width or not height:
        raise ValueError("no pixels")
    if width * height > PIXELS_LIMIT:
        raise _TooLargeError
