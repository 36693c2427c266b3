from odoo.fields import Command
from odoo.tests import tagged

from .common import SellingCase


@tagged("post_install", "-at_install")
class TestCatalogHttp(SellingCase):
    def read(self, token=None, **headers):
        return self.api("GET", "/catalog", token=token or self.token, headers=headers)

    def catalog(self, token=None):
        return self.assertSuccess(self.read(token))

    def product(self, variant, token=None):
        """Return the document's product of a ``product.product``, or ``None``."""
        uuid = variant.product_tmpl_id.fynlo_uuid
        products = self.catalog(token)["products"]
        return next((each for each in products if each["id"] == uuid), None)

    def test_document_holds_what_a_cart_needs(self):
        data = self.catalog()
        self.assertEqual(data["store"]["id"], self.till.store.fynlo_uuid)
        self.assertEqual((data["store"]["currency"], data["store"]["digits"]), ("USD", 2))
        self.assertEqual(
            [(each["id"], each["type"]) for each in data["paymentMethods"]],
            [(self.cash.fynlo_uuid, "cash"), (self.card.fynlo_uuid, "card")],
        )
        coffee = self.product(self.coffee)
        self.assertEqual(coffee["taxIds"], [self.till.tax.fynlo_uuid])
        self.assertEqual(coffee["variants"][0]["id"], self.coffee.fynlo_uuid)
        self.assertEqual(coffee["variants"][0]["price"], 250)
        tax = next(each for each in data["taxes"] if each["id"] == self.till.tax.fynlo_uuid)
        self.assertEqual((tax["type"], tax["amount"], tax["included"]), ("percent", 10.0, False))

    def test_etag_is_answered_with_304(self):
        response = self.read()
        etag = response.headers["ETag"]
        self.assertEqual(etag, f'"{response.json()["data"]["etag"]}"')
        again = self.read(**{"If-None-Match": etag})
        self.assertEqual((again.status_code, again.content), (304, b""))
        self.coffee.list_price = 2.6
        changed = self.read(**{"If-None-Match": etag})
        self.assertEqual(changed.status_code, 200)
        self.assertNotEqual(changed.headers["ETag"], etag)

    def test_packed_and_plain_are_the_same(self):
        plain = self.read(**{"Accept-Encoding": "identity"})
        self.assertNotIn("Content-Encoding", plain.headers)
        packed = self.api("GET", "/catalog", token=self.token, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertEqual(packed.json()["data"], plain.json()["data"])

    def test_changes_show_at_once(self):
        changes = {
            "price": lambda: self.coffee.write({"list_price": 3}),
            "name": lambda: self.cake.write({"name": "Carrot cake"}),
            "archive": lambda: self.cake.product_tmpl_id.write({"active": False}),
            "sql": lambda: self.env.cr.execute(
                "UPDATE product_template SET list_price = 9 WHERE id = %s",
                [self.coffee.product_tmpl_id.id],
            ),
        }
        etag = self.read().headers["ETag"]
        for name, change in changes.items():
            with self.subTest(name):
                change()
                response = self.read()
                self.assertNotEqual(response.headers["ETag"], etag)
                etag = response.headers["ETag"]
        self.assertEqual(self.product(self.coffee)["variants"][0]["price"], 900)
        self.assertIsNone(self.product(self.cake))

    def test_variants_modifiers_and_combo(self):
        names = [Command.create({"name": name}) for name in ("S", "L")]
        for mode in ("always", "no_variant"):
            vals = {"name": mode, "create_variant": mode, "value_ids": names}
            attribute = self.env["product.attribute"].create(vals)
            self.env["product.template.attribute.line"].create({
                "product_tmpl_id": self.coffee.product_tmpl_id.id, "attribute_id": attribute.id,
                "value_ids": [Command.set(attribute.value_ids.ids)],
            }).product_template_value_ids[1].price_extra = 0.5  # fmt: skip
        items = [Command.create({"product_id": self.cake.id, "extra_price": 0.25})]
        combo = self.env["product.combo"].create({"name": "Sweet", "combo_item_ids": items})
        deal = self.env["product.product"].create({
            "name": "Deal", "type": "combo", "list_price": 6, "available_in_pos": True,
            "combo_ids": [Command.set(combo.ids)],
        })  # fmt: skip
        coffee = self.product(self.coffee)
        self.assertEqual(
            [(each["name"], each["price"]) for each in coffee["variants"]],
            [("Coffee (S)", 250), ("Coffee (L)", 300)],
        )
        choice = coffee["choices"][0]
        self.assertEqual((choice["name"], choice["required"]), ("no_variant", True))
        self.assertEqual([each["surcharge"] for each in choice["modifiers"]], [0, 50])
        document = self.product(deal)
        self.assertEqual(document["type"], "combo")
        self.assertEqual(document["combo"][0]["name"], "Sweet")
        self.assertEqual(
            [(item["productId"], item["extraPrice"]) for item in document["combo"][0]["items"]],
            [(self.cake.fynlo_uuid, 25)],
        )

    def test_every_company_sees_its_own(self):
        self.coffee.company_id = self.company
        self.assertIsNotNone(self.product(self.coffee))
        self.assertIsNone(self.product(self.coffee, self.token_for(self.bob)))
        self.assertIsNotNone(self.product(self.coffee, self.token_for(self.corner_device)))

    def test_no_token_and_foreign_store(self):
        self.assertFailure(self.api("GET", "/catalog"), 401, "token_missing")
        response = self.read(**{"X-Store-Id": self.store_b.fynlo_uuid})
        self.assertFailure(response, 403, "store_forbidden")
