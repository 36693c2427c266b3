"""Numbers of payment cards in a table file, found before the file is kept."""

import io
import zipfile
from itertools import chain, repeat

from odoo.addons.fynlo_base.engine.card_numbers import has_card_number, mask_card_numbers

from .sheet_error import SheetError
from .sheet_package import UNZIPPED_LIMIT_BYTES

_BLOCK_BYTES = 256 * 1024
#: So much of a block is looked at again with the next: a number may stand across the border.
_OVERLAP = 128


def find_cards(columns, rows):
    """Count rows; return ``(count, found)``, of each cell with a card its row and column.

    :param columns: names of the heading
    :param rows: the rows below it, as of :func:`~.sheet_reader.read_rows`
    """
    count, found = 0, [(1, mask_card_numbers(name)) for name in columns if has_card_number(name)]
    for number, cells in rows:
        count += 1
        if has_card_number("|".join(cells)):
            names = chain(columns, repeat("row"))
            named = zip(names, cells, strict=False)
            found += [(number, name) for name, text in named if has_card_number(text, name)]
    return count, found


def workbook_has_card(content):
    """Tell whether a text or number in a workbook (bytes) is a card.

    Its cells are not told apart yet, so what could be a barcode waits until its row is read.

    :raise SheetError: too much in it, or it is no readable package
    """
    left = UNZIPPED_LIMIT_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for part in package.infolist():
                if not part.filename.endswith(".xml"):
                    continue
                with package.open(part) as stream:
                    for text, size in _blocks(stream):
                        left -= size
                        if left < 0:
                            raise SheetError(
                                "too_large", "The workbook is too large when unpacked."
                            )
                        if has_card_number(text, "barcode"):
                            return True
    except (zipfile.BadZipFile, zipfile.zlib.error, EOFError, RuntimeError) as error:
        raise SheetError("bad_workbook", "It is not a readable XLSX workbook.") from error
    return False


def _blocks(stream):
    tail = b""
    while block := stream.read(_BLOCK_BYTES):
        yield (tail + block).decode("utf-8", "replace"), len(block)
        tail = block[-_OVERLAP:]
