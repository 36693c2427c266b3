from base64 import b64decode, b64encode
from io import BytesIO
from uuid import uuid4
from zlib import crc32

from odoo.tests import tagged
from PIL import Image

from ..engine.picture import FILE_LIMIT_BYTES
from .test_products_http import ProductsCase, png


def encoded(kind, size=(40, 20), color="red"):
    """Return the bytes of an image file of that kind."""
    stream = BytesIO()
    Image.new("RGB", size, color).save(stream, kind)
    return stream.getvalue()


def webp(width=1, height=1):
    """Return a WebP file of one pixel that says to have so many."""
    content = bytearray(b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="))
    content[21:25] = (width - 1 | height - 1 << 14).to_bytes(4, "little")
    return bytes(content)


@tagged("post_install", "-at_install")
class TestProductImages(ProductsCase):
    def setUp(self):
        super().setUp()
        self.uuid = self.cake.product_tmpl_id.fynlo_uuid
        self.path = f"/products/{self.uuid}/image"

    def write(self, content, token=None, path=None, **extra):
        body = {"content": b64encode(content).decode(), **extra}
        return self.api("PUT", path or self.path, body, token=token or self.manager)

    def refused(self, content, *names):
        names = names or ("content",)
        self.assertFailure(self.write(content), 422, "invalid_fields", names)

    def test_written_read_replaced_and_taken_away(self):
        for kind, content in (
            ("png", png("red")), ("jpeg", encoded("JPEG")), ("webp", webp()),
        ):  # fmt: skip
            data = self.assertSuccess(self.write(content))
            self.assertEqual(data["image"], f"/api/v1{self.path}")
            reply = self.get(f"/{self.uuid}/image")
            self.assertEqual(reply.headers["Content-Type"], f"image/{kind}")
        self.assertEqual(reply.content, content)
        etag = {"If-None-Match": reply.headers["ETag"]}
        self.assertEqual(self.get(f"/{self.uuid}/image", **etag).status_code, 304)
        for _ in range(2):
            self.assertSuccess(self.api("DELETE", self.path, token=self.manager))
        self.assertFailure(self.get(f"/{self.uuid}/image"), 404, "not_found")
        self.assertIsNone(self.assertSuccess(self.get(f"/{self.uuid}"))["image"])
        entries = self.env["fynlo.audit"].search_count([("action", "=", "product.image")])
        self.assertEqual(entries, 4)

    def test_large_ones_are_made_smaller(self):
        self.assertSuccess(self.write(encoded("JPEG", (3000, 1500))))
        reply = self.get(f"/{self.uuid}/image?size=1024")
        self.assertEqual(Image.open(BytesIO(reply.content)).size, (1024, 512))

    def test_nobody_overwrites_what_he_has_not_seen(self):
        version = self.cake.product_tmpl_id.fynlo_version
        data = self.assertSuccess(self.write(png("red"), version=version))
        self.assertGreater(data["version"], version)
        self.assertFailure(self.write(png("blue"), version=version), 409, "stale_version")

    def test_what_is_no_picture(self):
        picture = png("red")
        gif = encoded("GIF")
        for content in (
            b"x", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", gif,
            picture[:40], picture[:20] + b"\0" * 40, encoded("JPEG")[:200], b"RIFF", webp()[:22],
            b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 40, b"RIFF\x1a\0\0\0WAVEfmt " + b"\0" * 18,
            encoded("BMP"), encoded("JPEG", (400, 400))[:-500], encoded("PNG", (90, 90))[:-20],
            encoded("PNG", (90, 90)).replace(b"IDAT", b"IDAT\x01", 1),
        ):  # fmt: skip
            with self.subTest(content[:16]):
                self.refused(content)
        self.assertFalse(self.cake.product_tmpl_id.image_1920)

    def test_few_bytes_with_very_many_pixels(self):
        for size in ((5000, 4000), (30000, 20000)):
            bomb = bytearray(png("red"))
            bomb[16:24] = b"".join(side.to_bytes(4, "big") for side in size)
            bomb[29:33] = crc32(bomb[12:29]).to_bytes(4, "big")
            for content in (bytes(bomb), webp(5000, 4000)):
                reply = self.write(content)
                envelope = self.assertFailure(reply, 422, "invalid_fields", ["content"])
                message = envelope["errors"][0]["message"]
                self.assertEqual(message, "The picture has too many pixels.")

    def test_every_bad_field_is_named(self):
        self.refused(b"")
        self.refused(b"x" * (FILE_LIMIT_BYTES + 1))
        for content in (None, 5, "no base64!", ["x"]):
            reply = self.api("PUT", self.path, {"content": content}, token=self.manager)
            self.assertFailure(reply, 422, "invalid_fields", ["content"])
        reply = self.api("PUT", self.path, {"size": 1, "version": "a"}, token=self.manager)
        self.assertFailure(reply, 422, "invalid_fields", ["content", "size", "version"])

    def test_who_may_and_on_what(self):
        sue = self.token_for(self.sue, self.corner_device)
        self.assertFailure(self.write(png("red"), sue), 403, "forbidden")
        self.assertFailure(self.api("DELETE", self.path, token=sue), 403, "forbidden")
        self.assertFailure(self.api("DELETE", self.path), 401, "token_missing")
        unknown = f"/products/{uuid4()}/image"
        self.assertFailure(self.write(png("red"), path=unknown), 404, "not_found")
        self.env.invalidate_all()
        self.assertFalse(self.cake.product_tmpl_id.image_1920)
