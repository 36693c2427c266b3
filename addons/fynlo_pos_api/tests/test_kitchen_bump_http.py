from odoo.tests import tagged

from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestKitchenBump(KitchenCase):
    def setUp(self):
        super().setUp()
        self.order = self.open_order(
            self.line(self.cake), self.line(self.soup, 2), self.line(self.coffee)
        )
        self.send(self.order)
        by_station = {each["station"]["name"]: each for each in self.tickets()}
        self.food_ticket, self.drinks = by_station["Grill"], by_station["Bar"]

    def test_the_order_follows_its_tickets(self):
        self.bump(self.drinks, state="preparing")
        self.assertEqual(self.state_of(self.order), "preparing")
        self.bump(self.drinks)
        self.assertEqual(self.state_of(self.order), "preparing")
        self.bump(self.food_ticket)
        self.assertEqual(self.state_of(self.order), "ready")
        self.bump(self.food_ticket, state="served")
        self.assertEqual(self.state_of(self.order), "ready")
        self.bump(self.drinks, state="served")
        self.assertEqual(self.state_of(self.order), "served")
        self.assertEqual(self.tickets("?state=open"), [])

    def test_something_new_for_a_served_order(self):
        for ticket in (self.drinks, self.food_ticket):
            self.bump(ticket, state="served")
        self.edit(self.order, self.line(self.cake))
        self.assertEqual(self.send(self.order)["state"], "preparing")

    def test_a_bump_is_done_once(self):
        first = self.bump(self.food_ticket)
        self.assertEqual((first["state"], first["version"]), ("ready", 2))
        self.assertIsNotNone(first["readyAt"])
        self.assertEqual(self.bump(self.food_ticket), first)
        self.assertEqual(self.bump(self.food_ticket, state="preparing"), first)

    def test_an_item_alone(self):
        soup = next(each for each in self.food_ticket["items"] if each["name"] == "Soup")
        ticket = self.bump(self.food_ticket, items=[soup["id"]])
        self.assertEqual(ticket["state"], "preparing")
        states = {item["name"]: item["state"] for item in ticket["items"]}
        self.assertEqual(states, {"Cake": "new", "Soup": "ready"})
        self.assertEqual(self.bump(self.food_ticket)["state"], "ready")

    def test_recall_brings_it_back(self):
        self.bump(self.drinks, state="served")
        self.bump(self.food_ticket, state="served")
        ticket = self.assertSuccess(self.move(self.food_ticket, "recall"))
        self.assertEqual((ticket["state"], ticket["recalls"]), ("preparing", 1))
        self.assertEqual((ticket["readyAt"], ticket["servedAt"]), (None, None))
        self.assertEqual(self.state_of(self.order), "preparing")
        again = self.assertSuccess(self.move(self.food_ticket, "recall"))
        self.assertEqual(again, ticket)

    def test_a_stopped_dish_is_not_bumped(self):
        line = self.read_order(self.order)["lines"][0]
        self.edit(self.order, {"id": line["id"], "quantity": 0})
        ticket = self.bump(self.food_ticket)
        states = {item["name"]: item["state"] for item in ticket["items"]}
        self.assertEqual(states, {"Cake": "cancelled", "Soup": "ready"})

    def test_what_is_left_decides_when_the_rest_is_cancelled(self):
        self.bump(self.food_ticket)
        self.assertEqual(self.state_of(self.order), "preparing")
        coffee = next(
            each for each in self.read_order(self.order)["lines"] if each["name"] == "Coffee"
        )
        self.edit(self.order, {"id": coffee["id"], "quantity": 0})
        self.assertEqual(self.state_of(self.order), "ready")

    def test_a_paid_order_stays_completed(self):
        payment = self.payment(self.card, 1375)
        self.assertSuccess(self.post(payment, path=f"/orders/{self.order}/payments"), 201)
        self.assertEqual(self.bump(self.food_ticket)["state"], "ready")
        self.assertEqual(self.state_of(self.order), "completed")

    def test_who_did_it_is_known(self):
        self.bump(self.food_ticket)
        ticket = self.env["fynlo.kitchen.ticket"].search(
            [("fynlo_uuid", "=", self.food_ticket["id"])]
        )
        self.assertEqual(ticket.employee_id, self.kim)
        step = self.order_of({"id": self.order}).fynlo_step_ids[0]
        self.assertEqual((step.step, step.employee_id), ("prepare", self.kim))

    def test_bad_fields_are_named(self):
        other = self.drinks["items"][0]["id"]
        item = self.food_ticket["items"][0]["id"]
        reply = self.move(self.food_ticket, "bump", items=[item, other])
        self.assertFailure(reply, 422, "invalid_fields", ["items.1"])
        reply = self.move(self.food_ticket, "bump", state="new", items=[], version=0, x=1)
        fields = ["state", "items", "version", "x"]
        self.assertFailure(reply, 422, "invalid_fields", fields)
        reply = self.move(self.food_ticket, "recall", state="served")
        self.assertFailure(reply, 422, "invalid_fields", ["state"])
        self.assertFailure(self.move(self.food_ticket, "bump", version=7), 409, "stale_version")
        self.assertEqual(self.tickets("?state=new"), [self.food_ticket, self.drinks])

    def test_another_stores_ticket_is_unknown(self):
        foreign = self.token_for(self.ada, self.device)
        for name in ("bump", "recall"):
            reply = self.move(self.food_ticket, name, token=foreign)
            self.assertFailure(reply, 404, "not_found")
        self.assertEqual(self.tickets(token=foreign), [])

    def test_a_list_is_filtered_and_paged(self):
        grill, expo = self.grill.fynlo_uuid, self.expo.fynlo_uuid
        self.assertEqual(self.tickets(f"?station={grill}"), [self.food_ticket])
        both = [self.food_ticket, self.drinks]
        self.assertEqual(self.tickets(f"?station={expo}"), both)
        self.assertEqual(self.tickets("?limit=1&page=2"), both[1:])
        self.assertEqual(self.tickets("?since=2000-01-01T00:00:00Z"), both)
        self.assertEqual(self.tickets("?since=2099-01-01T00:00:00Z"), [])
        ready = self.bump(self.drinks)
        self.assertEqual(self.tickets("?state=ready"), [ready])
        self.assertEqual(self.tickets("?state=open"), [self.food_ticket, ready])
        foreign = self.env["fynlo.kitchen.station"].create(
            {"name": "Elsewhere", "config_id": self.store.id}
        )
        path = f"/kitchen/tickets?station={foreign.fynlo_uuid}&limit=20"
        reply = self.api("GET", path, token=self.kitchen_token)
        self.assertFailure(reply, 422, "invalid_fields", ["station"])
        reply = self.api("GET", "/kitchen/tickets?state=x&since=1&y=2", token=self.kitchen_token)
        self.assertFailure(reply, 422, "invalid_fields", ["state", "since", "y"])

    def test_the_stations(self):
        reply = self.api("GET", "/kitchen/stations", token=self.kitchen_token)
        stations = self.assertSuccess(reply)["stations"]
        told = [(each["name"], each["expo"], each["openTickets"]) for each in stations]
        self.assertEqual(told, [("Grill", False, 1), ("Bar", False, 1), ("Expo", True, 2)])
