from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestKitchenMoves(KitchenCase):
    """Lines that go to another bill after they were sent."""

    def setUp(self):
        super().setUp()
        self.cakes, self.soups = self.line(self.cake, 3, note="warm"), self.line(self.soup)
        self.source = self.open_order(self.cakes, self.soups, note="by the window")
        self.send(self.source)
        self.target = self.open_order(self.line(self.water))
        self.before = self.told()

    def orders(self):
        return self.order_of({"id": self.source}), self.order_of({"id": self.target})

    def move_lines(self, *moves):
        source, target = self.orders()
        env = self.env_as(self.ada, device=self.corner_device)
        kitchen = env["fynlo.kitchen"]
        kitchen._fynlo_move_lines(source.with_env(env), target.with_env(env), moves)
        return source, target

    def assertNothingCooked(self):
        """Send both orders and check that the kitchen hears nothing of it."""
        before = self.told()
        for order in (self.source, self.target):
            self.send(order)
        self.assertEqual(self.told(), before)

    def sent(self, order):
        return {line["name"]: line["sentQuantity"] for line in self.read_order(order)["lines"]}

    def test_a_line_goes_with_its_id(self):
        source, target = self.move_lines((self.soups["id"], self.soups["id"], None))
        line = source.lines.filtered(lambda each: each.uuid == self.soups["id"])
        line.order_id = target
        self.assertEqual(self.sent(self.source), {"Cake": 3})
        self.assertEqual(self.sent(self.target), {"Water": 0, "Soup": 1})
        self.assertEqual(self.state_of(self.target), "sent")
        self.assertEqual(self.told(), self.before)
        self.assertNothingCooked()

    def test_some_pieces_go_under_a_new_id(self):
        uuid = str(uuid4())
        source, target = self.move_lines((self.cakes["id"], uuid, 2))
        line = source.lines.filtered(lambda each: each.uuid == self.cakes["id"])
        line.qty = 1
        target.lines = [Command.create({**line.copy_data()[0], "uuid": uuid, "qty": 2})]
        self.assertEqual(self.sent(self.source), {"Cake": 1, "Soup": 1})
        self.assertEqual(self.sent(self.target), {"Water": 0, "Cake": 2})
        told = self.told()[0][3]
        self.assertEqual(sorted(told), [("Cake", 1), ("Cake", 2), ("Soup", 1)])
        self.assertNothingCooked()
        # The cook who is through with the ticket is through with both bills.
        self.bump(self.tickets()[0])
        self.assertEqual(
            [self.state_of(each) for each in (self.source, self.target)], ["ready"] * 2
        )

    def test_the_note_of_the_other_bill_is_told(self):
        self.edit(self.target, note="allergic to nuts")
        source, target = self.move_lines((self.soups["id"], self.soups["id"], None))
        source.lines.filtered(lambda each: each.uuid == self.soups["id"]).order_id = target
        self.send(self.target)
        self.assertEqual(self.told()[1:], [("Grill", "change", None, [("Soup", 1)])])

    def test_all_of_a_bill_goes_to_another(self):
        self.edit(self.target, self.line(self.cake))
        self.send(self.target)
        lines = [(line["id"], line["id"], None) for line in (self.cakes, self.soups)]
        source, target = self.move_lines(*lines)
        source.lines.order_id = target
        self.assertEqual({each["orderId"] for each in self.tickets()}, {self.target})
        sent = [
            (line["name"], line["sentQuantity"]) for line in self.read_order(self.target)["lines"]
        ]
        self.assertCountEqual(sent, [("Water", 0), ("Cake", 1), ("Cake", 3), ("Soup", 1)])
        before = self.told()
        self.send(self.target)
        self.assertEqual(self.told(), before)

    def test_a_moved_dish_that_is_taken_off_is_cancelled_once(self):
        source, target = self.move_lines((self.soups["id"], self.soups["id"], None))
        source.lines.filtered(lambda each: each.uuid == self.soups["id"]).order_id = target
        self.edit(self.target, {"id": self.soups["id"], "quantity": 0})
        self.assertEqual(self.told()[-1], ("Grill", "cancel", None, [("Soup", 1)]))
        self.assertEqual(len(self.tickets()), 2)

    def test_what_was_sent_is_known_within_a_transaction(self):
        source, target = self.move_lines()
        self.assertEqual(source.lines.mapped("fynlo_sent_quantity"), [3, 1])
        self.move_lines((self.soups["id"], self.soups["id"], None))
        self.assertEqual(source.lines.mapped("fynlo_sent_quantity"), [3, 0])

    def test_what_was_sent_is_known_of_a_line(self):
        source, target = self.orders()
        self.assertEqual([line._fynlo_is_sent() for line in source.lines], [True, True])
        self.assertFalse(target.lines._fynlo_is_sent())
        self.assertFalse(target.lines.browse()._fynlo_is_sent())


@tagged("post_install", "-at_install")
class TestKitchenCombos(KitchenCase):
    """A combo's items are made where each of them is made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        parts = cls.env["product.combo"].create(
            [
                {"name": name, "combo_item_ids": [Command.create({"product_id": product.id})]}
                for name, product in (("Drink", cls.coffee), ("Bite", cls.cake))
            ]
        )
        vals = {"name": "Breakfast", "list_price": 6.0, "available_in_pos": True}
        vals |= {"type": "combo", "combo_ids": [Command.set(parts.ids)]}
        cls.breakfast = cls.env["product.product"].create(vals)
        cls.items = parts.combo_item_ids

    def combo(self, quantity, **extra):
        choices = [{"comboItemId": item.fynlo_uuid} for item in self.items]
        return self.line(self.breakfast, quantity, comboItems=choices, **extra)

    def test_its_items_are_sent_and_follow_its_quantity(self):
        combo = self.combo(2, note="together")
        order = self.open_order(combo)
        data = self.send(order)
        self.assertEqual([line["sentQuantity"] for line in data["lines"]], [2, 2, 2])
        told = [("Grill", "new", None, [("Cake", 2)]), ("Bar", "new", None, [("Coffee", 2)])]
        self.assertCountEqual(self.told(), told)
        self.assertEqual(self.tickets()[0]["items"][0]["note"], "together")
        data = self.edit(order, {"id": combo["id"], "quantity": 3})
        self.assertEqual([line["sentQuantity"] for line in data["lines"]], [2, 2, 2])
        self.send(order)
        self.assertEqual(len(self.tickets()), 4)
        self.edit(order, {"id": combo["id"], "quantity": 1})
        stopped = [row for row in self.told() if row[1] == "cancel"]
        self.assertCountEqual([row[3] for row in stopped], [[("Cake", 2)], [("Coffee", 2)]])
