"""What a workbook may hold, and what is never built of it."""

import io
import time
import zipfile
from datetime import date

from odoo.tests import BaseCase, tagged
from openpyxl import Workbook

from ..engine import sheet_package
from ..engine.sheet_cells import NO_VALUE
from ..engine.sheet_reader import SheetError, read_rows
from ..engine.sheet_writer import write_table
from .test_sheet_engine import with_part, workbook

_SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_HEAD = '<row><c t="inlineStr"><is><t>a</t></is></c></row>'


def sheet(rows):
    """Return a workbook whose first sheet holds the XML of ``rows`` below a heading."""
    text = f"<worksheet {_SPACE}><sheetData>{_HEAD}{rows}</sheetData></worksheet>"
    return with_part(workbook(["a"]), "xl/worksheets/sheet1.xml", text)


def with_texts(texts, rows):
    """Return a workbook whose cells share ``texts`` (XML), as Excel saves it."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    related = "".join(
        f'<Relationship Type="{kind}{name}" Target="{target}" Id="rId{number}"/>'
        for number, (name, target) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")), 1
        )
    )
    related = f"<Relationships>{related}</Relationships>"
    content = with_part(sheet(rows), "xl/_rels/workbook.xml.rels", related)
    return with_part(content, "xl/sharedStrings.xml", f"<sst {_SPACE}>{texts}</sst>")


@tagged("post_install", "-at_install")
class TestSheetWorkbook(BaseCase):
    def assertRefused(self, content, code):
        with self.assertRaises(SheetError) as caught:
            list(read_rows(content))
        self.assertEqual(caught.exception.code, code)

    def assertQuick(self, content, code):
        begun = time.process_time()
        self.assertRefused(content, code)
        self.assertLess(time.process_time() - begun, 2)

    def test_a_row_of_a_million_cells(self):
        self.assertQuick(sheet("<row>" + "<c/>" * 1_000_000 + "</row>"), "too_large")

    def test_millions_of_empty_cells(self):
        row = "<row>" + "<c/>" * 1000 + "</row>"
        self.assertQuick(sheet(row * 5000), "too_large")

    def test_a_million_styles(self):
        styles = f"<styleSheet {_SPACE}><cellXfs>{'<xf/>' * 1_000_000}</cellXfs></styleSheet>"
        self.assertQuick(with_part(workbook(["a"]), "xl/styles.xml", styles), "too_large")

    def test_a_million_relations(self):
        content = f"<Relationships>{'<Relationship/>' * 1_000_000}</Relationships>"
        name = "xl/_rels/workbook.xml.rels"
        self.assertQuick(with_part(workbook(["a"]), name, content), "too_large")

    def test_elements_of_all_parts_are_limited_together(self):
        self.patch(sheet_package, "ELEMENTS_LIMIT", 1000)
        self.assertEqual(len(list(read_rows(sheet("<row/>" * 500)))), 1)
        self.assertRefused(sheet("<row/>" * 1000), "too_large")

    def test_a_text_longer_than_a_cell(self):
        self.assertEqual(len(list(read_rows(workbook(["a"], ["x" * 32_767])))), 2)
        self.assertRefused(with_texts(f"<si><t>{'x' * 32_768}</t></si>", ""), "too_large")

    def test_texts_that_cells_share(self):
        texts = "<si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r><rPh><t>aid</t></rPh></si>"
        rows = '<row><c t="s"><v>1</v></c><c t="s"><v>0</v></c></row>'
        self.assertEqual(list(read_rows(with_texts(texts, rows)))[1], (2, ["two", "one"]))
        rows = '<row><c t="s"><v>2</v></c></row>'
        self.assertRefused(with_texts(texts, rows), "bad_workbook")

    def test_what_is_only_formatted_is_no_row(self):
        book = Workbook()
        book.active.append(["a"])
        book.active.append(["Ann"])
        book.active.row_dimensions[150_000].height = 20
        book.active.cell(150_000, 1).number_format = "0.00"
        stream = io.BytesIO()
        book.save(stream)
        self.assertEqual(list(read_rows(stream.getvalue())), [(1, ["a"]), (2, ["Ann"])])

    def test_rows_that_do_not_ascend_are_refused(self):
        """By its number a row is told from one that is there twice."""
        value = "<c><v>1</v></c>"
        self.assertRefused(sheet(f'<row r="3">{value}</row><row r="3">{value}</row>'),
                           "bad_workbook")  # fmt: skip
        self.assertRefused(sheet(f'<row r="2000000">{value}</row>'), "too_many_rows")

    def test_other_ways_to_pack(self):
        """A block of bzip2 unpacks to gigabytes before anybody can count."""
        good = workbook(["a"])
        for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            stream = io.BytesIO()
            with (
                zipfile.ZipFile(io.BytesIO(good)) as old,
                zipfile.ZipFile(stream, "w", method) as new,
            ):
                for part in old.namelist():
                    new.writestr(part, old.read(part))
            self.assertRefused(stream.getvalue(), "bad_workbook")

    def test_values_of_each_kind(self):
        rows = (
            '<row r="4"><c r="A4"><v>1.50</v></c><c r="C4" t="b"><v>1</v></c>'
            '<c t="str"><f>A1</f><v>x</v></c><c t="str"><f>B1</f><v></v></c>'
            '<c t="e"><v>#N/A</v></c>'
            "<c><v>12</v></c></row>"
            '<row><c t="inlineStr"><is><r><t>one</t></r><r><t xml:space="preserve"> two</t></r>'
            "<rPh><t>aid</t></rPh></is></c></row>"
        )
        expected = [(1, ["a"]), (4, ["1.5", "", "true", "x", "", "#N/A", "12"]), (5, ["one two"])]
        self.assertEqual(list(read_rows(sheet(rows))), expected)

    def test_dates_are_told_by_their_style(self):
        found = list(read_rows(workbook(["a", "b"], [date(2026, 2, 28), 46081])))
        self.assertEqual(found[1], (2, ["2026-02-28T00:00:00", "46081"]))

    def test_a_formula_without_a_value_is_not_empty(self):
        _heading, (_number, cells) = read_rows(workbook(["a", "b"], ["x", "=1+1"]))
        self.assertIs(cells[1], NO_VALUE)

    def test_prefixes_are_no_matter(self):
        text = f"<x:worksheet {_SPACE.replace('xmlns', 'xmlns:x')}><x:sheetData><x:row>"
        text += "<x:c><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>"
        content = with_part(workbook(["a"]), "xl/worksheets/sheet1.xml", text)
        self.assertEqual(list(read_rows(content)), [(1, ["5"])])

    def test_characters_told_by_their_number(self):
        found = list(
            read_rows(workbook(["a"], ["one_x000D_\ntwo"], ["_x005F_x000D_"], ["_xD800_"]))
        )
        self.assertEqual([cells for _number, cells in found[1:]],
                         [["one\ntwo"], ["_x000D_"], ["_xD800_"]])  # fmt: skip
        content = write_table("xlsx", ["a"], [["my_x0041_name"]])
        self.assertEqual(list(read_rows(content))[1], (2, ["my_x0041_name"]))

    def test_empty_lines_of_text_are_no_rows(self):
        self.assertEqual(list(read_rows(b"a\n" + b"\n" * 200_000 + b"x"))[1], (200_002, ["x"]))
        self.assertQuick(b"a\n" + b"\n" * 4_000_000, "too_many_rows")
