import base64
import io
from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from PIL import Image
from pypdf import PdfReader

from ..engine import logo_paper
from ..engine.logo_paper import keep_logo, to_jpeg, to_raster
from .common import SellingCase
from .test_paper import read_back

RASTER = b"\x1dv0\x00"


def picture(width=40, height=20, color="black", mode="RGB", kind="PNG"):
    """Return the bytes of an image file."""
    target = io.BytesIO()
    Image.new(mode, (width, height), color).save(target, kind)
    return target.getvalue()


def read_raster(raw):
    """Return ``(bytes in a row, rows, dots)`` of printed bytes; a dot that is set is black."""
    start = raw.index(RASTER) + len(RASTER)
    width, height = (int.from_bytes(raw[start + at : start + at + 2], "little") for at in (0, 2))
    dots = raw[start + 4 : start + 4 + width * height]
    return width, height, dots


@tagged("post_install", "-at_install")
class TestLogoPaper(BaseCase):
    def test_the_dots_of_a_logo(self):
        raw = to_raster(picture(40, 20), 32)
        width, height, dots = read_raster(raw)
        # 384 dots of paper and 40 of logo: 172 white ones on its left, in whole bytes 212 -> 27
        self.assertEqual((width, height), (27, 20))
        row = "".join(f"{byte:08b}" for byte in dots[:width])
        self.assertEqual(row, "0" * 172 + "1" * 40 + "0" * 4)
        self.assertEqual(dots, dots[:width] * 20)
        self.assertEqual(raw, RASTER + bytes((27, 0, 20, 0)) + dots + b"\n")

    def test_it_is_made_smaller_for_the_paper_and_never_larger(self):
        for columns, size in ((42, (302, 76)), (32, (230, 58))):
            width, height, _dots = read_raster(to_raster(picture(1600, 400), columns))
            left = (columns * 12 - size[0]) // 2
            self.assertEqual((width, height), ((left + size[0] + 7) // 8, size[1]))
        self.assertEqual(read_raster(to_raster(picture(100, 1900), 42))[1], 160)

    def test_what_is_clear_is_white(self):
        for color in ((0, 0, 0, 0), (255, 255, 255, 255)):
            _width, _height, dots = read_raster(to_raster(picture(8, 8, color, "RGBA"), 32))
            self.assertFalse(any(dots))

    def test_every_kind_of_file(self):
        for kind, mode, color in (("GIF", "P", 0), ("JPEG", "L", 0), ("BMP", "RGB", "black")):
            self.assertEqual(read_raster(to_raster(picture(16, 8, color, mode, kind), 32))[1], 8)
        for content in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:40]):
            self.assertEqual((to_raster(content, 42), to_jpeg(content)), (b"", b""))

    def test_it_is_made_once_for_each_picture(self):
        made = []

        def make():
            made.append(1)
            return b""

        for _ in range(3):
            self.assertEqual(keep_logo("nothing to print", make), b"")
        self.assertEqual(len(made), 1)


@tagged("post_install", "-at_install")
class TestLogo(SellingCase):
    def setUp(self):
        super().setUp()
        self.company.logo = base64.b64encode(picture(64, 32))
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        self.path = f"/orders/{body['id']}/receipt"

    def receipt(self, query):
        reply = self.api("GET", f"{self.path}?{query}", token=self.token)
        self.assertEqual(reply.status_code, 200)
        return reply.content

    def pictures(self):
        page = PdfReader(io.BytesIO(self.receipt("format=pdf"))).pages[0]
        return page, page.images

    def test_a_printer_prints_it_above_the_name(self):
        for paper, width in (("80mm", 36), ("58mm", 28)):
            raw = self.receipt(f"format=escpos&paper={paper}")
            self.assertEqual(raw.count(RASTER), 1)
            self.assertEqual(read_raster(raw)[:2], (width, 32))
            head, _, rest = raw.partition(RASTER)
            self.assertEqual(read_back(head), "")
            self.assertIn(self.company.name, read_back(rest[4 + width * 32 :]))

    def test_a_pdf_shows_it_and_is_longer_for_it(self):
        page, [image] = self.pictures()
        self.assertEqual(image.image.size, (64, 32))
        with_logo = float(page.mediabox.height)
        self.till.store.fynlo_receipt_logo = False
        page, images = self.pictures()
        self.assertEqual(len(images), 0)
        # 64 dots of 203 dpi are 8 mm wide and 4 mm high, and 2 mm lie below.
        self.assertAlmostEqual(with_logo - float(page.mediabox.height), 6 * 72 / 25.4, delta=0.1)

    def test_it_can_be_switched_off(self):
        manager = self.token_for(self.max, self.corner_device)
        settings = self.assertSuccess(self.api("GET", "/settings", token=manager))
        self.assertTrue(settings["receipt"]["showLogo"])
        body = {"version": settings["version"], "receipt": {"showLogo": False}}
        data = self.assertSuccess(self.api("PUT", "/settings", body, token=manager))
        self.assertFalse(data["receipt"]["showLogo"])
        self.assertNotIn(RASTER, self.receipt("format=escpos"))
        receipt = self.assertSuccess(self.api("GET", self.path, token=self.token))
        self.assertFalse(receipt["layout"]["showLogo"])

    def test_odoos_own_placeholder_is_no_logo(self):
        self.company.logo = self.company._get_logo()
        self.assertNotIn(RASTER, self.receipt("format=escpos"))

    def test_another_logo_is_another_picture_and_the_same_costs_no_work(self):
        first = self.receipt("format=escpos")
        with patch.object(logo_paper, "_read", side_effect=AssertionError):
            self.assertEqual(self.receipt("format=escpos"), first)
        self.company.logo = base64.b64encode(picture(64, 48))
        self.assertEqual(read_raster(self.receipt("format=escpos"))[1], 48)
        self.company.logo = False
        self.assertNotIn(RASTER, self.receipt("format=escpos"))
