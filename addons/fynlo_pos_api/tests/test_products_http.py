from base64 import b64encode
from io import BytesIO
from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.fields import Command
from odoo.tests import tagged
from PIL import Image

from ..schemas.product_bodies import ProductQuery
from ..schemas.products import ProductPage
from .common import SellingCase

_EVIL = ("O'Brien's", "100%", "_", "\\", "'; DROP TABLE product_template; --", "🍕", "%' OR 1=1")


def png(color):
    """Return the bytes of a small image."""
    stream = BytesIO()
    Image.new("RGB", (8, 8), color).save(stream, "PNG")
    return stream.getvalue()


class ProductsCase(SellingCase):
    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def get(self, path="", token=None, **headers):
        return self.api("GET", f"/products{path}", token=token or self.token, headers=headers)

    def names(self, **query):
        """Return the names that a list finds, and how many there are."""
        text = "&".join(f"{name}={value}" for name, value in query.items())
        data = self.assertSuccess(self.get(f"?{text}"))
        return [product["name"] for product in data["products"]], data["total"]

    def document(self, **extra):
        return {"id": str(uuid4()), "name": "Tea", "price": 320, **extra}

    def create(self, token=None, **extra):
        return self.post(self.document(**extra), token or self.manager, path="/products")

    def put(self, uuid, token=None, **body):
        return self.api("PUT", f"/products/{uuid}", body, token=token or self.manager)


@tagged("post_install", "-at_install")
class TestReadProducts(ProductsCase):
    def test_found_by_name_barcode_sku_and_category(self):
        drinks = self.env["pos.category"].create({"name": "Drinks"})
        hot = self.env["pos.category"].create({"name": "Hot", "parent_id": drinks.id})
        self.coffee.write({"default_code": "ZQ-1", "barcode": "9900112233", "name": "Café Zürich"})
        self.coffee.pos_categ_ids = hot
        for query in (
            {"query": "cafe zur"}, {"query": "ZQ-1"}, {"query": "990011"},
            {"barcode": "9900112233"}, {"category": drinks.fynlo_uuid},
        ):  # fmt: skip
            self.assertEqual(self.names(**query), (["Café Zürich"], 1), query)
        self.assertEqual(self.names(barcode="990011223"), ([], 0))
        self.assertEqual(self.names(query="cafe", active="false"), ([], 0))
        self.coffee.product_tmpl_id.active = False
        self.assertEqual(self.names(query="cafe", active="false"), (["Café Zürich"], 1))
        reply = self.get(f"?category={uuid4()}")
        self.assertFailure(reply, 422, "invalid_fields", ["category"])

    def test_odd_words_are_words_like_others(self):
        for text in _EVIL:
            self.cake.name = f"Zzyx {text}"
            reply = self.api("GET", "/products", token=self.token, headers={})
            self.assertSuccess(reply)
            query = ProductQuery(query=text)
            found, total = self.env_as(self.ada, self.till.store)[
                "product.template"
            ]._fynlo_search_products(query)
            self.assertIn(self.cake.product_tmpl_id.id, found.ids, text)
            self.assertNotIn(self.coffee.product_tmpl_id.id, found.ids, text)

    def test_details_have_variants_and_the_store_s_prices(self):
        names = [Command.create({"name": name}) for name in ("S", "L")]
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "create_variant": "always", "value_ids": names}
        )
        template = self.cake.product_tmpl_id
        self.env["product.template.attribute.line"].create({
            "product_tmpl_id": template.id, "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        }).product_template_value_ids[1].price_extra = 0.5  # fmt: skip
        data = self.assertSuccess(self.get(f"/{template.fynlo_uuid}"))
        self.assertEqual((data["name"], data["price"], data["image"]), ("Cake", 400, None))
        self.assertEqual([each["price"] for each in data["variants"]], [400, 450])
        self.assertEqual(data["taxIds"], [self.till.tax.fynlo_uuid])
        template.active = False
        data = self.assertSuccess(self.get(f"/{template.fynlo_uuid}"))
        told = [(each["price"], each["active"]) for each in data["variants"]]
        self.assertEqual((data["active"], told), (False, [(400, False), (450, False)]))

    def test_product_without_a_variant_yet(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Engraving", "create_variant": "dynamic",
             "value_ids": [Command.create({"name": "Yes"}), Command.create({"name": "No"})]}
        )  # fmt: skip
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
        template = self.env["product.template"].create(
            {"name": "Mug", "available_in_pos": True, "attribute_line_ids": [Command.create(line)]}
        )
        data = self.assertSuccess(self.get(f"/{template.fynlo_uuid}"))
        self.assertEqual((data["name"], data["variants"]), ("Mug", []))

    def test_image_has_an_etag_and_needs_a_token(self):
        template = self.cake.product_tmpl_id
        path = f"/{template.fynlo_uuid}/image"
        self.assertFailure(self.get(path), 404, "not_found")
        template.image_1920 = b64encode(png("red"))
        reply = self.get(path)
        self.assertEqual((reply.status_code, reply.headers["Content-Type"]), (200, "image/png"))
        self.assertEqual(Image.open(BytesIO(reply.content)).size, (8, 8))
        again = self.get(path, **{"If-None-Match": reply.headers["ETag"]})
        self.assertEqual((again.status_code, again.content), (304, b""))
        template.image_1920 = b64encode(png("blue"))
        changed = self.get(path, **{"If-None-Match": reply.headers["ETag"]})
        self.assertEqual(changed.status_code, 200)
        self.assertFailure(self.api("GET", f"/products{path}"), 401, "token_missing")
        self.assertFailure(self.get(f"{path}?size=9"), 422, "invalid_fields", ["size"])
        link = self.assertSuccess(self.get(f"/{template.fynlo_uuid}"))["image"]
        self.assertEqual(link, f"/api/v1/products{path}")

    def test_other_company_s_and_unknown_look_the_same(self):
        self.cake.company_id = self.company
        bob = self.token_for(self.bob)
        for uuid in (self.cake.product_tmpl_id.fynlo_uuid, uuid4()):
            for path in (f"/{uuid}", f"/{uuid}/image"):
                self.assertFailure(self.get(path, bob), 404, "not_found")


@tagged("post_install", "-at_install")
class TestWriteProducts(ProductsCase):
    def test_manager_makes_changes_and_archives(self):
        body = self.document(name="O'Brien's 100% tea ☕", barcode="77001", sku="T1", stocked=True)
        data = self.assertSuccess(self.post(body, self.manager, path="/products"), 201)
        self.assertEqual(
            (data["id"], data["name"], data["price"], data["barcode"], data["sku"]),
            (body["id"], "O'Brien's 100% tea ☕", 320, "77001", "T1"),
        )
        self.assertEqual((data["stocked"], data["available"]), (True, True))
        again = self.assertSuccess(self.post(body, self.manager, path="/products"))
        self.assertEqual(again, data)
        other = {**body, "price": 1}
        reply = self.post(other, self.manager, path="/products")
        self.assertFailure(reply, 409, "idempotency_conflict")
        version = data["version"]
        data = self.assertSuccess(self.put(body["id"], version=version, price=350, barcode=None))
        self.assertEqual((data["price"], data["barcode"], data["sku"]), (350, None, "T1"))
        reply = self.put(body["id"], version=version, price=1)
        self.assertFailure(reply, 409, "stale_version")
        reply = self.api("DELETE", f"/products/{body['id']}", token=self.manager)
        self.assertSuccess(reply)
        self.assertIs(self.assertSuccess(self.get(f"/{body['id']}"))["active"], False)
        data = self.assertSuccess(self.put(body["id"], active=True, taxIds=[]))
        self.assertEqual((data["active"], data["taxIds"]), (True, []))
        self.assertSuccess(self.post(self.body([self.line_of(data)])), 201)

    def line_of(self, product):
        return {"id": str(uuid4()), "productId": product["variants"][0]["id"], "quantity": 1}

    def test_every_bad_field_is_named(self):
        self.coffee.barcode = "55001"
        reply = self.create(price=-1, name="", barcode=5, colour="red", stocked="yes")
        names = ("price", "name", "barcode", "colour", "stocked")
        self.assertFailure(reply, 422, "invalid_fields", names)
        bad = [str(uuid4())]
        reply = self.create(barcode="55001", categoryIds=bad, taxIds=bad)
        names = ("barcode", "categoryIds.0", "taxIds.0")
        self.assertFailure(reply, 422, "invalid_fields", names)
        reply = self.put(self.cake.product_tmpl_id.fynlo_uuid, barcode="55001")
        self.assertFailure(reply, 422, "invalid_fields", ["barcode"])
        self.assertFalse(self.cake.barcode)

    def test_who_is_no_manager_writes_nothing(self):
        uuid = self.cake.product_tmpl_id.fynlo_uuid
        for who in (self.ada, self.sue):
            token = self.token_for(who, self.corner_device)
            self.assertFailure(self.create(token), 403, "forbidden")
            self.assertFailure(self.put(uuid, token, price=1), 403, "forbidden")
            reply = self.api("DELETE", f"/products/{uuid}", token=token)
            self.assertFailure(reply, 403, "forbidden")
        self.env.invalidate_all()
        self.assertEqual((self.cake.list_price, self.cake.active), (4.0, True))

    def test_taxes_of_another_company_stay(self):
        vals = {"name": "Elsewhere", "amount": 5, "company_id": self.company_b.id}
        group = self.env["account.tax.group"].create(
            {"name": "B", "company_id": self.company_b.id, "country_id": self.env.ref("base.us").id}
        )
        vals |= {"tax_group_id": group.id, "country_id": self.env.ref("base.us").id}
        foreign = self.env["account.tax"].create(vals)
        template = self.cake.product_tmpl_id
        template.taxes_id |= foreign
        self.assertSuccess(self.put(template.fynlo_uuid, taxIds=[]))
        self.env.invalidate_all()
        self.assertEqual(template.taxes_id, foreign)
        reply = self.put(template.fynlo_uuid, taxIds=[foreign.fynlo_uuid])
        self.assertFailure(reply, 422, "invalid_fields", ["taxIds.0"])


@tagged("post_install", "-at_install")
class TestProductPages(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = cls.env["product.template"].create([
            {"name": f"Zebra {n % 4}", "list_price": n % 3, "available_in_pos": True}
            for n in range(25)
        ])  # fmt: skip

    def search(self, **query):
        products = self.env_as(self.ada, self.store)["product.template"]
        query = ProductQuery.model_validate_strings({"query": "zebra", **query})
        return query, *products._fynlo_search_products(query)

    def test_pages_of_equal_keys_never_overlap(self):
        for sort in ("name", "price", "createdAt"):
            for order in ("asc", "desc"):
                ids = []
                for page in ("1", "2", "3"):
                    query = {"sortBy": sort, "sortOrder": order, "page": page, "limit": "10"}
                    _query, found, total = self.search(**query)
                    ids += found.ids
                self.assertEqual((total, len(set(ids)), len(ids)), (25, 25, 25))

    def test_page_costs_no_more_than_this(self):
        products = self.env_as(self.ada, self.store)["product.template"]
        query = ProductQuery(query="zebra")
        ProductPage.of(*products._fynlo_search_products(query), query)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(5):
            found, total = products._fynlo_search_products(query)
            ProductPage.of(found, total, query).model_dump_json()
