from odoo.tests import tagged

from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestKitchenLimitsHttp(KitchenCase):
    """Names that guests give, orders as long as they may be, and moves that are none."""

    def test_ticket_is_called_out_by_the_name_that_the_guest_gave(self):
        self.send(self.open_order(self.line(self.soup), customerName="O'Brien 🔥"))
        ticket = self.tickets()[0]
        self.assertEqual(ticket["customer"], "O'Brien 🔥")
        path = f"/kitchen/tickets/{ticket['id']}/escpos"
        reply = self.api("GET", path, token=self.kitchen_token)
        self.assertIn(b"O'Brien ?", reply.content)

    def test_course_fired_twice_cooks_once(self):
        order = self.open_order(self.line(self.soup, course=1), self.line(self.cake, course=2))
        for courses in ([1], [1], [2, 1], [2, 2]):
            self.send(order, courses=courses)
        self.assertEqual(
            self.told(),
            [("Grill", "new", 1, [("Soup", 1.0)]), ("Grill", "new", 2, [("Cake", 1.0)])],
        )

    def test_cancelled_ticket_is_not_recalled(self):
        line = self.line(self.soup)
        order = self.open_order(line, self.line(self.cake))
        self.send(order)
        ticket = self.tickets()[0]
        self.edit(order, {"id": line["id"], "quantity": 0})
        soup = next(item for item in ticket["items"] if item["name"] == "Soup")
        for state in ("new", "preparing"):
            data = self.assertSuccess(self.move(ticket, "recall", state=state, items=[soup["id"]]))
            states = {item["name"]: item["state"] for item in data["items"]}
            self.assertEqual((states["Soup"], data["recalls"]), ("cancelled", 0))

    def test_longest_order_is_one_ticket_and_one_bump(self):
        order = self.open_order(*[self.line(self.soup, note=f"no. {n}") for n in range(300)])
        self.send(order)
        data = self.bump(self.tickets()[0], state="served")
        notes = [item["note"] for item in data["items"]]
        self.assertEqual(notes, [f"no. {n}" for n in range(300)])
        self.assertEqual({item["state"] for item in data["items"]}, {"served"})
        self.assertEqual(self.state_of(order), "served")
