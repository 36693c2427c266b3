from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .customers import ADDRESS, CustomerCase
from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestCustomerEraseOrders(KitchenCase, CustomerCase):
    """A guest's name stands in orders, in the kitchen and in answers that are kept for tills."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        mark = uuid4().hex[:6]
        self.family, self.street, self.nick = f"Zorn{mark}", f"9 Byway{mark}", f"Zozo{mark}"
        self.data = self.make(
            firstName="Zo", lastName=self.family, address={**ADDRESS, "street1": self.street}
        )
        self.name = f"Zo {self.family}"
        self.words = [self.family, self.street, self.nick]
        self.path = f"/customers/{self.data['id']}"

    def wish(self, words):
        """Return a line of cake with the guest's own words on it."""
        value = Command.create({"name": "Text", "is_custom": True})
        attribute = self.env["product.attribute"].create(
            {"name": "Wish", "create_variant": "no_variant", "value_ids": [value]}
        )
        self.env.flush_all()
        line = self.env["product.template.attribute.line"].create({
            "product_tmpl_id": self.cake.product_tmpl_id.id, "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        })  # fmt: skip
        value = line.product_template_value_ids
        modifier = {"id": value.fynlo_uuid, "customValue": words}
        return self.line(self.cake, modifiers=[modifier], note=f"for {self.name}")

    def test_orders_kitchen_and_stored_answers_forget_the_guest(self):
        lines = [self.wish(f"Happy birthday {self.name}"), self.line(self.soup)]
        order = self.open_order(
            *lines, customerId=self.data["id"], customerName=self.nick, note=f"{self.name} called"
        )
        reason = "UPDATE pos_order_line SET fynlo_comp_reason = %s WHERE uuid = %s"
        self.env.cr.execute(reason, [f"{self.name} waited", lines[1]["id"]])
        self.send(order, reason=f"{self.name} is in a hurry")
        for ticket in self.tickets():
            self.bump(ticket, state="ready")
        before = {table for table, _column in self.find_words(self.words)}
        for table in (
            "pos_order", "pos_order_line", "product_attribute_custom_value",
            "fynlo_kitchen_item", "fynlo_order_step", "fynlo_idempotency",
        ):  # fmt: skip
            self.assertIn(table, before, "the test has left no trace there")
        self.assertSuccess(self.delete(f"{self.path}?erase=true"))
        self.env.invalidate_all()
        self.assertEqual(self.find_words(self.words), set())
        kept = self.read_order(order)
        self.assertEqual((kept["customerName"], kept["total"]), (None, 770))

    def test_address_that_was_taken_away_is_erased_too(self):
        address = self.post({**ADDRESS, "street1": self.nick}, path=f"{self.path}/addresses")
        address = self.assertSuccess(address, 201)
        order = self.open_order(
            self.line(self.soup), customerId=self.data["id"], deliveryAddressId=address["id"],
            orderType="delivery",
        )  # fmt: skip
        self.assertSuccess(self.delete(f"{self.path}/addresses/{address['id']}"))
        wizard = self.env["fynlo.customer.erase.wizard"].with_user(self._make_user("mo", "manager"))
        partner = self.partner_of(self.data)
        wizard.create({"partner_id": partner.id, "is_confirmed": True}).action_fynlo_erase()
        self.env.invalidate_all()
        self.assertEqual(self.find_words(self.words), set())
        self.assertIsNone(self.read_order(order)["deliveryAddress"]["street1"])
