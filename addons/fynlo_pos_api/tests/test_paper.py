import re

from odoo.tests import BaseCase, tagged

from ..engine.escpos_paper import CODE_PAGE, to_code_page, to_escpos
from ..engine.paper import RULE, Row, break_row, format_amount, format_quantity

CUT, DRAWER = b"\x1dV", b"\x1bp\x00"
#: Commands of ESC/POS that our bytes hold: initialise, code page, size, bold, place, feed, cut.
_COMMANDS = re.compile(rb"\x1b@|\x1bt.|\x1b!.|\x1bE.|\x1ba.|\x1bd.|\x1dV.|\x1bp\x00..", re.DOTALL)


def read_back(raw):
    """Return what a printer would put on the paper, without the commands."""
    return _COMMANDS.sub(b"", raw).decode(CODE_PAGE)


@tagged("post_install", "-at_install")
class TestPaper(BaseCase):
    def test_a_row_is_broken_and_its_right_end_stands(self):
        row = Row("2 x Pizza with everything that there is", "12.50")
        self.assertEqual(
            break_row(row, 32),
            ["2 x Pizza with everything that", "there is                   12.50"],
        )
        self.assertEqual(break_row(Row("a" * 20, "9"), 20), ["a" * 20, " " * 19 + "9"])
        self.assertEqual(break_row(Row("x" * 7, size=2), 6), ["xxx", "xxx", "x"])
        self.assertEqual(
            break_row(Row("+ no salt at all", indent=2), 10), ["  + no", "  salt at", "  all"]
        )
        self.assertEqual(break_row(RULE, 4), ["----"])
        self.assertEqual(break_row(Row("mid", centred=True), 9), ["   mid"])
        self.assertEqual(break_row(Row("a\nb"), 9), ["a", "b"])

    def test_every_line_fits(self):
        texts = ("", "x" * 500, "word " * 40, "a\n\nb", "\n")
        for columns in (32, 42):
            for text in texts:
                for size in (1, 2):
                    for right in ("1234.00", "y" * 70):
                        for line in break_row(Row(text, right, size=size, indent=2), columns):
                            self.assertLessEqual(len(line) * size, columns)

    def test_numbers(self):
        self.assertEqual(format_amount(-1250, 2), "-12.50")
        self.assertEqual(format_amount(5, 2), "0.05")
        self.assertEqual(format_amount(1200, 0), "1200")
        self.assertEqual(format_amount(1, 3), "0.001")
        self.assertEqual([format_quantity(each) for each in (2.0, 0.25, 10.0)], ["2", "0.25", "10"])


@tagged("post_install", "-at_install")
class TestEscpos(BaseCase):
    def test_the_bytes_of_a_page(self):
        raw = to_escpos([Row("Crème", "€ 5", bold=True), RULE], 12)
        self.assertEqual(raw[:5], b"\x1b@\x1bt\x13")
        self.assertIn(b"\x1bE\x01", raw)
        self.assertIn(b"Cr\x8ame    \xd5 5\n", raw)
        self.assertEqual(read_back(raw), "Crème    € 5\n------------\n")
        self.assertEqual((raw.count(CUT), raw.count(DRAWER)), (1, 0))

    def test_the_drawer(self):
        self.assertEqual(to_escpos([], 42, opens_drawer=True).count(DRAWER), 1)

    def test_signs_that_the_printer_has_not(self):
        for text, printed in (
            ("Ñandú ß £ é", "Ñandú ß £ é"),
            ("e\u0301", "é"),
            ("Łódź ő", "?ódz o"),
            ("“It’s” – …", '"It\'s" - ...'),
            ("Burger 🍔🍟🧑‍🍳!", "Burger ?!"),
            ("日本 ok?", "? ok?"),
            ("O'Brien 100% _\\", "O'Brien 100% _\\"),
        ):
            with self.subTest(text):
                self.assertEqual(to_code_page(text), printed)

    def test_a_note_is_no_command(self):
        """Words of a guest never open the drawer or cut the paper."""
        note = "hello\x1bp\x00\x19\xfa\x1dV\x00\x07\x1b@\u200b\u202e\tyou"
        raw = to_escpos([Row(note, note)], 42)
        self.assertEqual((raw.count(CUT), raw.count(DRAWER)), (1, 0))
        self.assertEqual(raw.count(b"\x1b@"), 1)
        self.assertIn("hellop", read_back(raw))

    def test_no_sign_becomes_a_command(self):
        """Every sign of the alphabets, controls and symbols, each between two letters."""
        for code in range(0x3400):
            raw = to_code_page(f"a{chr(code)}b").encode(CODE_PAGE)
            if chr(code) != "\n":
                self.assertFalse([byte for byte in raw if byte < 0x20 or byte == 0x7F], hex(code))
