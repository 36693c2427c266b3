from uuid import uuid4

from odoo.tests import tagged

from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestOrderSplitKitchen(KitchenCase):
    """Orders that the kitchen has begun with."""

    def setUp(self):
        super().setUp()
        self.till.store.fynlo_void_role = "supervisor"
        self.two = self.line(self.coffee, 2)
        self.one = self.line(self.cake)
        self.uuid = self.open_order(self.two, self.one)
        self.send(self.uuid)
        self.supervisor = self.token_for(self.sue, self.corner_device)

    def change(self, *lines, token=None, **values):
        body = {"lines": list(lines), **values}
        return self.api("PATCH", f"/orders/{self.uuid}", body, token=token or self.token)

    def tickets(self):
        self.env.invalidate_all()
        domain = [("station_id.config_id", "=", self.till.store.id)]
        return self.env["fynlo.kitchen.ticket"].search_count(domain)

    def test_what_was_sent_goes_with_its_line_and_is_not_cooked_again(self):
        before = self.tickets()
        part = {"id": str(uuid4()), "lines": [{"lineId": self.two["id"], "quantity": 1}]}
        data = self.assertSuccess(self.step(self.uuid, "split", orders=[part]))
        [new] = data["orders"]
        self.assertEqual((new["state"], new["lines"][0]["sentQuantity"]), ("sent", 1))
        self.send(self.uuid)
        self.send(part["id"])
        self.assertEqual(self.tickets(), before)
        data = self.assertSuccess(self.step(self.uuid, "merge", orderIds=[part["id"]]))
        self.assertEqual([line["sentQuantity"] for line in data["lines"]], [1, 1, 1])
        self.send(self.uuid)
        self.assertEqual(self.tickets(), before)

    def test_taking_off_what_was_sent_wants_the_voids_role(self):
        for quantity in (0, 1):
            less = {"id": self.two["id"], "quantity": quantity}
            envelope = self.assertFailure(self.change(less), 403, "approval_required")
            self.assertEqual(envelope["details"], {"role": "supervisor"})
        less = {"id": self.two["id"], "quantity": 1}
        data = self.assertSuccess(self.change(less, token=self.supervisor, reason="spilt"))
        self.assertEqual(data["lines"][0]["quantity"], 1)
        entry = self.env["fynlo.audit"].search([("action", "=", "order.void_lines")], limit=1)
        self.assertEqual(entry.data, {"reason": "spilt", "lines": [self.two["id"]]})

    def test_what_was_not_sent_is_taken_off_by_anybody(self):
        more = {"id": self.two["id"], "quantity": 3}
        self.assertSuccess(self.change(more))
        less = {"id": self.two["id"], "quantity": 2}
        self.assertSuccess(self.change(less))
