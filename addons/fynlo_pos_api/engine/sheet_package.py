"""XML parts of an XLSX package, parsed as they are unpacked. Knows no sheet.

A few KB can unpack to gigabytes or millions of elements: nothing is built of a part as a whole,
and what all parts together may hold is limited.
"""

import io
import zipfile
from posixpath import dirname, join, normpath
from xml.parsers import expat

from .sheet_error import SheetError

#: Most bytes of the parts that are read when unpacked, most elements in them, and most parts.
UNZIPPED_LIMIT_BYTES = 160 * 1024 * 1024
ELEMENTS_LIMIT = 8_000_000
#: A file that somebody has filled holds about one element for each of its bytes.
_FREE_ELEMENTS, _ELEMENTS_PER_BYTE = 500_000, 5
#: Most elements of a part that is kept as a whole; 65,490 styles are most in a spreadsheet.
_KEPT_ELEMENTS = 200_000
_MAX_PARTS = 1000
_BLOCK_BYTES = 256 * 1024
#: What a package may use; of other methods Python unpacks a whole block, however much it gives.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Package:
    """The parts of one package (bytes).

    :raise SheetError: it is no package
    """

    def __init__(self, content):
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._bytes_left = UNZIPPED_LIMIT_BYTES
        paid = _FREE_ELEMENTS + _ELEMENTS_PER_BYTE * len(content)
        self._elements_left = min(ELEMENTS_LIMIT, paid)
        if len(self._zip.infolist()) > _MAX_PARTS:
            raise SheetError("too_large", "The workbook has too many parts.")
        if any(part.compress_type not in _METHODS for part in self._zip.infolist()):
            raise SheetError("bad_workbook", "The workbook is packed in a way that none may be.")

    def __contains__(self, name):
        return name in self._zip.NameToInfo

    def parse(self, name, handler, limit=ELEMENTS_LIMIT):
        """Parse one part; yield after each block, when ``handler`` has something to take.

        :param handler: has ``start(name, attributes)``, ``end(name)`` and ``text(text)``
        :param limit: most elements in this part
        :raise SheetError: too much in it, or it declares a document type
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        start, least = handler.start, max(0, self._elements_left - limit)

        def count(tag, attributes):
            self._elements_left -= 1
            if self._elements_left < least:
                raise SheetError("too_large", "The workbook holds too many cells or styles.")
            start(_local(tag), attributes)

        parser.StartElementHandler = count
        parser.EndElementHandler = lambda tag: handler.end(_local(tag))
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = _refuse_document_type
        with self._zip.open(name) as stream:
            while block := stream.read(_BLOCK_BYTES):
                self._bytes_left -= len(block)
                if self._bytes_left < 0:
                    raise SheetError("too_large", "The workbook is too large when unpacked.")
                parser.Parse(block)
                yield
        parser.Parse(b"", True)
        yield

    def load(self, name, handler, limit=_KEPT_ELEMENTS):
        """Parse one part to its end, as :meth:`parse`; return ``handler``."""
        for _block in self.parse(name, handler, limit):
            pass
        return handler

    def related(self, name=""):
        """Return ``[(id, kind, part)]`` of the parts that a part, or the package, refers to."""
        place = join(dirname(name), "_rels", f"{name.rpartition('/')[2]}.rels")
        found = self.load(place, _Relations()).found
        return [
            (key, kind, normpath(join("/", dirname(name), target)).lstrip("/"))
            for key, kind, target in found
        ]


class _Relations:
    def __init__(self):
        self.found = []

    def start(self, name, attributes):
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found.append((attributes.get("Id"), kind, attributes.get("Target", "")))

    def end(self, name):
        """Nothing ends here."""

    def text(self, text):
        """Nothing is told in text."""


def _local(tag):
    return tag.rpartition(":")[2] if ":" in tag else tag


def _refuse_document_type(*_declaration):
    # A workbook needs none; with one a small file can name others or grow without end.
    raise SheetError("bad_workbook", "The workbook declares a document type.")
