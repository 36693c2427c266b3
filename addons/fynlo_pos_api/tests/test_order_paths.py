import json
from unittest.mock import patch
from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.fields import Command
from odoo.tests import tagged

from ..schemas.carts import OrderCreate
from .till import Till

#: What may differ between two orders of the same cart: identity, numbers and time.
OWN = {
    "id", "uuid", "access_token", "name", "pos_reference", "tracking_number", "sequence_number",
    "create_date", "write_date", "date_order", "payment_date", "display_name", "__last_update",
    "order_id", "pos_order_id", "lines", "payment_ids", "combo_parent_id", "combo_line_ids",
    "access_url", "ticket_code", "fynlo_version", "custom_attribute_value_ids", "message_ids",
    "rating_ids", "website_message_ids", "access_warning", "order_edit_tracking",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestOrderPaths(FynloCase):
    """The short path and Odoo's way from step to step give the same order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.corner_device = cls._make_device("Corner till", cls.till.store)
        cls.session = cls.till.open()
        goods = cls.till.coffee | cls.till.cake
        items = [Command.create({"product_id": each.id}) for each in goods]
        cls.combo = cls.env["product.combo"].create({"name": "One", "combo_item_ids": items})
        cls.deal = cls.env["product.template"].create({
            "name": "Deal", "type": "combo", "list_price": 5, "available_in_pos": True,
            "combo_ids": [Command.set(cls.combo.ids)],
        }).product_variant_ids  # fmt: skip
        names = [
            Command.create({"name": name, "is_custom": name == "Wish"}) for name in ("A", "Wish")
        ]
        vals = {"name": "Extra", "create_variant": "no_variant", "display_type": "multi"}
        attribute = cls.env["product.attribute"].create({**vals, "value_ids": names})
        line = cls.env["product.template.attribute.line"].create({
            "product_tmpl_id": cls.till.cake.product_tmpl_id.id, "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        })  # fmt: skip
        cls.extra, cls.wish = line.product_template_value_ids
        cls.extra.price_extra = 0.6

    def carts(self):
        """Return the lines and payments of different carts."""
        coffee, cake = self.till.coffee, self.till.cake
        modifiers = [{"id": self.extra.fynlo_uuid}]
        modifiers.append({"id": self.wish.fynlo_uuid, "customValue": "a candle"})
        item = {"comboItemId": self.combo.combo_item_ids[1].fynlo_uuid, "quantity": 1}
        return [
            ([(coffee, 1, {})], [(self.till.cash, 275, {"tendered": 500})]),
            ([(coffee, 3, {"discountPercent": 10}), (cake, 1, {"note": "x"})],
             [(self.till.card, 1000, {"reference": "R1"}), (self.till.cash, 183, {})]),
            ([(cake, 2, {"modifiers": modifiers})], [(self.till.card, 1012, {})]),
            ([(self.deal, 2, {"comboItems": [item]}), (coffee, 1, {})],
             [(self.till.cash, 1375, {"tendered": 2000})]),
        ]  # fmt: skip

    def command(self, lines, payments):
        document = {
            "id": str(uuid4()), "orderType": "takeaway", "note": "quick",
            "lines": [
                {"id": str(uuid4()), "productId": product.fynlo_uuid, "quantity": quantity, **extra}
                for product, quantity, extra in lines
            ],
            "payments": [
                {"id": str(uuid4()), "method": method.fynlo_uuid, "amount": amount, **extra}
                for method, amount, extra in payments
            ],
        }  # fmt: skip
        return OrderCreate.model_validate_json(json.dumps(document))

    def sell(self, command):
        env = self.env_as(self.ada, device=self.corner_device)
        order = env["fynlo.checkout"]._fynlo_sell(command)
        order.env.flush_all()
        order.env.invalidate_all()
        return order.sudo()

    def snapshot(self, records):
        """Return every stored value of ``records`` but what is each one's own."""
        names = [
            name for name, field in records._fields.items()
            if name not in OWN and field.store and field.type != "binary"
        ]  # fmt: skip
        rows = records.sorted("id").read(names, load=None)
        return [{name: row[name] for name in names} for row in rows]

    def parents(self, order):
        lines = list(order.lines.sorted("id"))
        return [line.combo_parent_id and lines.index(line.combo_parent_id) for line in lines]

    def words(self, order):
        return order.lines.custom_attribute_value_ids.mapped("custom_value")

    def test_both_paths_give_the_same_order(self):
        short = self.env["pos.order"]._fynlo_find_overrides()
        self.assertEqual(short, [], "the test needs a database without foreign overrides")
        for number, cart in enumerate(self.carts()):
            with self.subTest(cart=number):
                first = self.sell(self.command(*cart))
                first.payment_ids.fynlo_reference = False  # it pays once; here it shall twice
                with patch.object(type(self.env["pos.order"]), "_fynlo_overrides", ["test.write"]):
                    second = self.sell(self.command(*cart))
                    second.payment_ids.fynlo_reference = False
                self.assert_alike(first, second)

    def assert_alike(self, first, second):
        self.maxDiff = None
        self.assertEqual(first.state, "paid")
        self.assertEqual(self.snapshot(first), self.snapshot(second))
        self.assertEqual(self.snapshot(first.lines), self.snapshot(second.lines))
        self.assertEqual(self.snapshot(first.payment_ids), self.snapshot(second.payment_ids))
        self.assertEqual(self.parents(first), self.parents(second))
        self.assertEqual(self.words(first), self.words(second))
        self.assertRegex(first.name, r"^Corner - F\d+\.\d{6}$")
        self.assertEqual(first.name, first._compute_order_name())

    def test_foreign_override_is_found(self):
        class Foreign:
            __module__ = "odoo.addons.somebody_else.models.pos_order"

            def action_pos_order_paid(self):
                return None

        class Order(Foreign, type(self.env["pos.order"])):
            __module__ = "odoo.addons.point_of_sale.models.pos_order"

        found = Order._fynlo_find_overrides(Order(self.env, (), ()))
        self.assertEqual(found, ["somebody_else.action_pos_order_paid"])

    def test_sale_reads_and_writes_no_more_than_this(self):
        lines, payments = self.carts()[1]
        payments = [(method, amount, {}) for method, amount, _extra in payments]
        # A test's transaction has changes of its own, so nothing of it would be kept.
        cache = type(self.env["fynlo.cache"])
        with patch.object(cache, "_fynlo_generation", lambda _self, _namespace: "test"):
            self.sell(self.command(lines, payments))
            command = self.command(lines, payments)
            self.env.invalidate_all()
            env = self.env_as(self.ada, device=self.corner_device)
            with self.assertQueryCount(11):
                env["fynlo.checkout"]._fynlo_sell(command)
                env.flush_all()
