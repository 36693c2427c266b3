import io
import zipfile
from decimal import Decimal

from odoo.tests import BaseCase, tagged
from openpyxl import Workbook

from ..engine import sheet_package, sheet_reader
from ..engine.sheet_cells import protect, read_number, unprotect
from ..engine.sheet_reader import SheetError, read_rows, read_tables
from ..engine.sheet_writer import write_table

TEXTS = ("", "a", "=1", "+33 1", "-1", "@x", "\tx", "\rx", "'", "'a", "'=1", "''=1", "''", "'''-")


def workbook(*rows):
    """Return the bytes of a workbook as a spreadsheet would save it."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(content, name, text):
    """Return a workbook with one part replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, text)
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestSheetEngine(BaseCase):
    def assertUnreadable(self, content, code):
        with self.assertRaises(SheetError) as caught:
            list(read_rows(content))
        self.assertEqual(caught.exception.code, code)

    def test_protection_is_undone_exactly(self):
        for text in TEXTS:
            safe = protect(text)
            self.assertFalse(safe.startswith(("=", "+", "-", "@", "\t", "\r")), text)
            self.assertEqual(unprotect(safe), text)
        self.assertEqual(unprotect("+33 1"), "+33 1", "what somebody typed stays")

    def test_both_kinds_give_the_same_cells_back(self):
        rows = [["=1+1", "O'Brien", "💶", "two\nlines", 'quote " and ,;\t'], ["", "x", "", "", ""]]
        for kind in ("csv", "xlsx"):
            content = write_table(kind, ["a", "b", "c", "d", "e"], rows)
            found = [list(row.values()) for _number, row in read_tables(content)]
            self.assertEqual(found, [[cell.strip() for cell in row] for row in rows], kind)

    def test_amounts_are_numbers_of_a_spreadsheet(self):
        content = write_table("xlsx", ["a"], [[Decimal("2.50")]])
        self.assertEqual(list(read_rows(content))[1], (2, ["2.5"]))

    def test_numbers(self):
        self.assertEqual(read_number("2,50"), Decimal("2.50"))
        for text in ("1e400", "NaN", "inf", "1.2345678", "", "1 000", "٣", "--1", "0x1"):
            with self.subTest(text), self.assertRaises(ValueError):
                read_number(text)

    def test_row_numbers_are_those_of_the_spreadsheet(self):
        content = workbook(["a"], [], ["x"], [None], [5])
        self.assertEqual(list(read_rows(content)), [(1, ["a"]), (3, ["x"]), (5, ["5"])])

    def test_bomb_and_entities_are_refused(self):
        good = workbook(["a"], ["b"])
        bomb = with_part(
            good, "xl/worksheets/sheet1.xml", b"<a>" + b" " * sheet_package.UNZIPPED_LIMIT_BYTES
        )
        self.assertLess(len(bomb), 1024 * 1024)
        self.assertUnreadable(bomb, "too_large")
        laughs = '<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
        for text in (laughs, laughs.encode("utf-16"), " " * (1024 * 1024 - 4) + laughs):
            self.assertUnreadable(with_part(good, "xl/styles.xml", text), "bad_workbook")

    def test_broken_files(self):
        good = workbook(["a"], ["b"])
        self.assertUnreadable(good[:-40], "bad_workbook")
        self.assertUnreadable(with_part(good, "xl/workbook.xml", "<x/>"), "bad_workbook")
        self.assertUnreadable(b'a\n"b', "bad_csv")
        self.assertUnreadable("ä".encode("latin-1"), "not_utf8")
        self.assertUnreadable(b"a\n" * (sheet_reader.MAX_ROWS + 2), "too_many_rows")
