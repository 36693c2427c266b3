"""Attributes, choices and variants of products, written over the API and read back."""

from uuid import uuid4

from odoo.tests import tagged

from ..schemas.products import ProductView
from .test_products_http import ProductsCase


class OptionsCase(ProductsCase):
    def attribute(self, name="Size", **values):
        """Return an attribute of a body; values with their surcharges, ``S`` and ``L`` if none."""
        values = values or {"S": 0, "L": 50}
        items = [{"name": key, "surcharge": extra} for key, extra in values.items()]
        return {"name": name, "values": items}

    def choice(self, name="Milk", *, multiple=False, **modifiers):
        items = [{"name": key, "surcharge": extra} for key, extra in modifiers.items()]
        return {"name": name, "multiple": multiple, "modifiers": items}

    def made(self, **extra):
        """Return a new product as the API tells of it."""
        return self.assertSuccess(self.create(**extra), 201)

    def changed(self, product, **body):
        return self.assertSuccess(self.put(product["id"], **body))

    def variants(self, product, *names):
        """Return what the document says of each variant, by its values."""
        return {
            "/".join(each["values"]): tuple(each[name] for name in names)
            for each in product["variants"]
        }

    def in_catalog(self, product):
        """Return the product as the catalog shows it; ``None`` if it does not."""
        found = self.assertSuccess(self.api("GET", "/catalog", token=self.token))["products"]
        return next((each for each in found if each["id"] == product["id"]), None)


@tagged("post_install", "-at_install")
class TestProductOptions(OptionsCase):
    def test_what_is_written_is_read_and_sold(self):
        size = self.attribute("Size of O'Brien 100%", S=0, L=50)
        milk = self.choice("Which milk?", Cow=0, Oat=60)
        extras = self.choice("Extras", multiple=True, Shot=80, Words=0)
        extras["modifiers"][1]["custom"] = True
        body = self.document(attributes=[size], choices=[milk, extras], variants=[
            {"values": ["S"], "sku": "T-S", "barcode": "770001"},
            {"values": ["L"], "sku": "T-L", "barcode": "770002"},
        ])  # fmt: skip
        data = self.assertSuccess(self.post(body, self.manager, path="/products"), 201)
        self.assertEqual(
            self.variants(data, "price", "sku", "barcode", "active"),
            {"S": (320, "T-S", "770001", True), "L": (370, "T-L", "770002", True)},
        )
        [attribute] = data["attributes"]
        self.assertEqual(attribute["name"], size["name"])
        told = [(value["name"], value["surcharge"]) for value in attribute["values"]]
        self.assertEqual(told, [("S", 0), ("L", 50)])
        self.assertEqual(
            [(each["name"], each["multiple"], each["required"]) for each in data["choices"]],
            [("Which milk?", False, True), ("Extras", True, False)],
        )
        told = [
            (each["name"], each["surcharge"], each["custom"])
            for choice in data["choices"] for each in choice["modifiers"]
        ]  # fmt: skip
        self.assertEqual(
            told, [("Cow", 0, False), ("Oat", 60, False), ("Shot", 80, False), ("Words", 0, True)]
        )
        again = self.assertSuccess(self.post(body, self.manager, path="/products"))
        self.assertEqual(again, data)
        self.assertEqual(self.assertSuccess(self.get(f"/{body['id']}")), data)
        shown = self.in_catalog(data)
        self.assertEqual({each["barcode"] for each in shown["variants"]}, {"770001", "770002"})
        large = next(each for each in data["variants"] if each["values"] == ["L"])
        oat = data["choices"][0]["modifiers"][1]["id"]
        line = {"id": str(uuid4()), "productId": large["id"], "quantity": 1}
        order = self.body([{**line, "modifiers": [{"id": oat}]}])
        sold = self.assertSuccess(self.post(order), 201)
        self.assertEqual(sold["lines"][0]["unitPrice"], 430)

    def test_known_ones_stay_and_the_others_go(self):
        data = self.made(attributes=[self.attribute(S=0, L=50)], choices=[self.choice(Cow=0)])
        self.assertEqual(len(data["variants"]), 2)
        [size], before = data["attributes"], {**self.variants(data, "id")}
        large = {**size["values"][1], "surcharge": 75}
        size = {**size, "values": [size["values"][0], large, {"name": "XL", "surcharge": 120}]}
        data = self.changed(data, version=data["version"], attributes=[size])
        self.assertEqual(self.variants(data, "price"), {"S": (320,), "L": (395,), "XL": (440,)})
        after = self.variants(data, "id")
        self.assertEqual({name: after[name] for name in before}, before)
        self.assertEqual([choice["name"] for choice in data["choices"]], ["Milk"])
        by_name = self.attribute(L=75)
        data = self.changed(data, attributes=[by_name], choices=[])
        self.assertEqual((data["choices"], len(data["attributes"])), ([], 1))
        self.assertEqual([each["price"] for each in data["variants"]], [395])
        data = self.changed(data, attributes=[])
        self.assertEqual((data["attributes"], len(data["variants"])), ([], 1))
        self.assertEqual(data["variants"][0]["price"], 320)

    def test_two_attributes_make_all_their_combinations(self):
        data = self.made(
            attributes=[self.attribute(S=0, L=50), self.attribute("Cup", Glass=0, Paper=-20)],
            variants=[{"values": ["L", "Paper"], "barcode": "770003"}],
        )
        self.assertEqual(
            self.variants(data, "price", "barcode"),
            {"S/Glass": (320, None), "S/Paper": (300, None),
             "L/Glass": (370, None), "L/Paper": (350, "770003")},
        )  # fmt: skip

    def test_a_variant_is_archived_and_stays_so(self):
        data = self.made(attributes=[self.attribute(S=0, L=50)])
        small = data["variants"][0]["id"]
        data = self.changed(data, variants=[{"id": small, "active": False}])
        self.assertEqual(self.variants(data, "active"), {"S": (False,), "L": (True,)})
        shown = [each["id"] for each in self.in_catalog(data)["variants"]]
        self.assertEqual(shown, [self.variants(data, "id")["L"][0]])
        data = self.changed(data, attributes=[self.attribute(S=0, L=90)])
        self.assertEqual(
            self.variants(data, "active", "price"), {"S": (False, 320), "L": (True, 410)}
        )
        data = self.changed(data, variants=[{"values": ["S"], "active": True}])
        self.assertEqual(self.variants(data, "active"), {"S": (True,), "L": (True,)})
        both = [{"id": each["id"], "active": False} for each in data["variants"]]
        reply = self.put(data["id"], variants=both)
        self.assertFailure(reply, 422, "invalid_fields", ["variants"])

    def test_reading_one_costs_no_more_than_this(self):
        data = self.made(
            attributes=[self.attribute(S=0, L=50), self.attribute("Cup", Glass=0, Paper=-20)],
            choices=[self.choice(Cow=0, Oat=60)],
        )
        products = self.env_as(self.ada, self.till.store)["product.template"]

        def read():
            product = products._fynlo_find_product(data["id"])
            return ProductView.of(product, product._fynlo_details()).model_dump_json()

        read()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(37):
            read()

    def test_two_variants_change_barcodes(self):
        sizes = [{"values": ["S"], "barcode": "770004"}, {"values": ["L"], "barcode": "770005"}]
        data = self.made(attributes=[self.attribute(S=0, L=50)], variants=sizes)
        ids = {name: found[0] for name, found in self.variants(data, "id").items()}
        data = self.changed(data, variants=[
            {"id": ids["S"], "barcode": "770005"}, {"id": ids["L"], "barcode": "770004"},
        ])  # fmt: skip
        self.assertEqual(self.variants(data, "barcode"), {"S": ("770005",), "L": ("770004",)})
        reply = self.put(data["id"], variants=[{"id": ids["S"], "barcode": "770004"}])
        self.assertFailure(reply, 422, "invalid_fields", ["variants.0.barcode"])

    def test_what_other_products_use_is_not_renamed(self):
        first = self.made(attributes=[self.attribute("Roast", Light=0, Dark=10)])
        [roast] = first["attributes"]
        renamed = {**roast, "name": "Colour of the roast"}
        renamed["values"] = [{**roast["values"][0], "name": "Blond"}, roast["values"][1]]
        data = self.changed(first, attributes=[renamed])
        self.assertEqual(data["attributes"][0]["name"], "Colour of the roast")
        self.assertEqual(set(self.variants(data, "id").values()),
                         set(self.variants(first, "id").values()))  # fmt: skip
        self.made(attributes=[self.attribute("Colour of the roast", Blond=5, Dark=0)])
        reply = self.put(first["id"], attributes=[roast])
        names = ("attributes.0.name", "attributes.0.values.0.name")
        self.assertFailure(reply, 422, "invalid_fields", names)
        data = self.assertSuccess(self.get(f"/{first['id']}"))
        self.assertEqual([each["surcharge"] for each in data["attributes"][0]["values"]], [0, 10])


@tagged("post_install", "-at_install")
class TestBadProductOptions(OptionsCase):
    def test_every_bad_field_is_named(self):
        self.coffee.barcode = "55001"
        twice = self.attribute("Size", S=0)
        twice["values"] *= 2
        reply = self.create(
            sku="X",
            attributes=[self.attribute("Cup", A=0, B=0), twice, self.attribute("Cup", C=0)],
            choices=[{**self.choice("Milk", Cow=0), "id": str(uuid4())}],
            variants=[
                {"values": ["A"]},
                {"id": str(uuid4())},
                {"values": ["A", "S", "C"], "barcode": "55001"},
                {"values": ["B", "S", "C"], "barcode": "9"},
                {"values": ["B", "S", "C"], "barcode": "9"},
            ],
        )
        names = (
            "sku", "attributes.1.values.1.name", "attributes.2.name", "choices.0.id",
            "variants.0.values", "variants.1.id", "variants.2.barcode", "variants.4",
            "variants.4.barcode",
        )  # fmt: skip
        self.assertFailure(reply, 422, "invalid_fields", names)
        self.assertFalse(self.env["product.attribute"].search([("name", "=", "Cup")]))

    def test_wrong_types_and_shapes(self):
        for body, name in (
            ({"attributes": "Size"}, "attributes"),
            ({"attributes": [{"name": "Size", "values": []}]}, "attributes.0.values"),
            ({"attributes": [self.attribute(S=0.5)]}, "attributes.0.values.0.surcharge"),
            ({"attributes": [self.attribute("", S=0)]}, "attributes.0.name"),
            ({"attributes": [self.attribute("x" * 256, S=0)]}, "attributes.0.name"),
            ({"choices": [{**self.choice(S=0), "colour": 1}]}, "choices.0.colour"),
            ({"variants": [{"sku": "A"}]}, "variants.0"),
            ({"variants": [{"id": str(uuid4()), "values": []}]}, "variants.0"),
            ({"variants": [{"values": [], "active": "no"}]}, "variants.0.active"),
        ):
            self.assertFailure(self.create(**body), 422, "invalid_fields", [name])
        reply = self.put(self.cake.product_tmpl_id.fynlo_uuid, attributes=None)
        self.assertFailure(reply, 422, "invalid_fields", ["attributes"])

    def test_too_many_variants(self):
        many = {f"v{number}": 0 for number in range(11)}
        reply = self.create(attributes=[self.attribute(name, **many) for name in ("A", "B")])
        self.assertFailure(reply, 422, "invalid_fields", ["attributes"])

    def test_a_choice_does_not_change_its_kind(self):
        data = self.made(choices=[self.choice(Cow=0)])
        [milk] = data["choices"]
        item = {"id": milk["id"], "name": "Milk", "modifiers": [{"name": "Cow"}]}
        reply = self.put(data["id"], choices=[{**item, "multiple": True}])
        self.assertFailure(reply, 422, "invalid_fields", ["choices.0.multiple"])

    def test_who_is_no_manager_writes_nothing(self):
        uuid = self.cake.product_tmpl_id.fynlo_uuid
        token = self.token_for(self.sue, self.corner_device)
        reply = self.put(uuid, token, attributes=[self.attribute()])
        self.assertFailure(reply, 403, "forbidden")
        self.assertFalse(self.cake.product_tmpl_id.attribute_line_ids)

    def test_another_product_s_ids_are_unknown(self):
        foreign = self.made(attributes=[self.attribute("Roast", Light=0, Dark=10)])
        uuid = self.cake.product_tmpl_id.fynlo_uuid
        reply = self.put(
            uuid,
            attributes=foreign["attributes"],
            variants=[{"id": foreign["variants"][0]["id"], "sku": "mine"}],
        )
        values = [f"attributes.0.values.{index}.id" for index in (0, 1)]
        names = ("attributes.0.id", *values, "variants.0.id")
        self.assertFailure(reply, 422, "invalid_fields", names)
