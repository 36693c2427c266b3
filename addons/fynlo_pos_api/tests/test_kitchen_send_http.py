from uuid import uuid4

from odoo.tests import tagged

from .common import minutes_ago
from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestKitchenSend(KitchenCase):
    def test_each_line_goes_to_the_stations_that_make_it(self):
        lines = [self.line(self.coffee, 2), self.line(self.soup), self.line(self.water)]
        order = self.open_order(*lines, note="no nuts")
        data = self.send(order)
        self.assertEqual((data["state"], data["version"]), ("sent", 2))
        self.assertEqual([line["sentQuantity"] for line in data["lines"]], [2, 1, 0])
        told = [("Grill", "new", None, [("Soup", 1)]), ("Bar", "new", None, [("Coffee", 2)])]
        self.assertCountEqual(self.told(), told)
        ticket = self.tickets()[0]
        self.assertEqual((ticket["orderId"], ticket["note"]), (order, "no nuts"))
        self.assertEqual((ticket["employee"], ticket["orderType"]), ("Ada", "dine_in"))

    def test_to_send_again_makes_nothing(self):
        order = self.open_order(self.line(self.cake))
        self.send(order)
        self.assertEqual(self.send(order)["version"], 2)
        body = {"id": str(uuid4())}
        for status in (200, 200):  # a step anew, and the same one from a till that got no answer
            reply = self.api("POST", f"/orders/{order}/send", body, token=self.token)
            self.assertSuccess(reply, status)
        self.assertEqual(reply.headers["Idempotent-Replay"], "true")
        self.assertEqual(self.told(), [("Grill", "new", None, [("Cake", 1)])])

    def test_what_is_new_is_sent_and_nothing_else(self):
        first = self.line(self.cake, 2, note="with cream")
        order = self.open_order(first)
        self.send(order)
        self.edit(order, {"id": first["id"], "quantity": 3}, self.line(self.soup))
        self.assertEqual(len(self.tickets()), 1)  # it waits for the waiter's word
        self.assertEqual(self.read_order(order)["lines"][0]["sentQuantity"], 2)
        self.send(order)
        self.assertEqual(self.told()[1:], [("Grill", "new", None, [("Cake", 1), ("Soup", 1)])])
        note = [item["note"] for item in self.tickets()[1]["items"]]
        self.assertEqual(note, ["with cream", None])

    def test_a_changed_note_makes_a_change_ticket_once(self):
        line = self.line(self.cake, 2, note="no sugar")
        order = self.open_order(line)
        self.send(order)
        self.edit(order, {"id": line["id"], "note": "no nuts!"})
        self.send(order)
        self.send(order)
        told = [(each["kind"], each["items"][0]["note"]) for each in self.tickets()]
        self.assertEqual(told, [("new", "no sugar"), ("change", "no nuts!")])
        self.assertEqual(self.tickets()[1]["items"][0]["quantity"], 2)
        self.assertEqual(self.read_order(order)["lines"][0]["sentQuantity"], 2)

    def test_a_changed_note_of_the_order_is_told_of_what_is_not_served(self):
        order = self.open_order(self.line(self.cake), self.line(self.coffee))
        self.send(order)
        coffee = next(each for each in self.tickets() if each["station"]["name"] == "Bar")
        self.bump(coffee, state="served")
        self.edit(order, note="allergic to nuts")
        self.assertEqual(len(self.tickets()), 2)
        self.send(order)
        self.send(order)
        self.assertEqual(self.told()[2:], [("Grill", "change", None, [("Cake", 1)])])
        self.assertEqual({each["note"] for each in self.tickets()}, {"allergic to nuts"})

    def test_fewer_pieces_stop_the_kitchen_at_once(self):
        line = self.line(self.cake, 3)
        order = self.open_order(line, self.line(self.soup))
        self.send(order)
        self.edit(order, {"id": line["id"], "quantity": 1})
        cooked, stopped = self.tickets()
        quantities = {item["name"]: item["quantity"] for item in cooked["items"]}
        self.assertEqual(quantities, {"Cake": 1, "Soup": 1})
        self.assertEqual((stopped["kind"], stopped["items"][0]["quantity"]), ("cancel", 2))
        self.send(order)
        self.assertEqual(len(self.tickets()), 2)

    def test_a_line_that_is_taken_off_is_cancelled(self):
        line = self.line(self.cake, 2)
        order = self.open_order(line, self.line(self.coffee))
        self.send(order)
        self.edit(order, {"id": line["id"], "quantity": 0})
        told = {(each["station"]["name"], each["kind"], each["state"]) for each in self.tickets()}
        gone = {("Grill", "new", "cancelled"), ("Grill", "cancel", "new"), ("Bar", "new", "new")}
        self.assertEqual(told, gone)
        # Who brings the line back has it made again.
        self.edit(order, self.line(self.cake, 2) | {"id": line["id"]})
        self.send(order)
        self.assertEqual(self.told()[-1], ("Grill", "new", None, [("Cake", 2)]))

    def test_a_cancelled_order_stops_all_stations(self):
        order = self.open_order(self.line(self.cake), self.line(self.coffee))
        self.send(order)
        token = self.token_for(self.max, self.corner_device)
        self.assertSuccess(self.step(order, "cancel", token=token, reason="left"))
        kinds = [(each["kind"], each["state"]) for each in self.tickets()]
        self.assertEqual(sorted(kinds), [("cancel", "new")] * 2 + [("new", "cancelled")] * 2)
        self.assertFailure(self.step(order, "send"), 409, "illegal_transition")

    def test_what_was_served_is_cancelled_without_a_word(self):
        line = self.line(self.cake, 2)
        order = self.open_order(line, self.line(self.coffee))
        self.send(order)
        cake = next(each for each in self.tickets() if each["station"]["name"] == "Grill")
        self.bump(cake, state="served")
        self.edit(order, {"id": line["id"], "quantity": 1})
        self.assertEqual([each["kind"] for each in self.tickets()], ["new", "new"])
        self.assertEqual(self.read_order(order)["lines"][0]["sentQuantity"], 1)

    def test_nothing_is_cooked_twice_when_stations_change(self):
        order = self.open_order(self.line(self.cake), self.line(self.coffee))
        self.send(order)
        self.bar.category_ids = self.food
        self.grill.active = False
        self.send(order)
        self.assertEqual(len(self.tickets()), 2)
        self.edit(order, self.line(self.soup))
        self.send(order)
        self.assertEqual(self.told()[-1], ("Bar", "new", None, [("Soup", 1)]))

    def test_a_default_station_makes_the_rest(self):
        self.make_station("Pass", is_default=True)
        order = self.open_order(self.line(self.water), self.line(self.soup))
        self.send(order)
        told = [("Grill", "new", None, [("Soup", 1)]), ("Pass", "new", None, [("Water", 1)])]
        self.assertCountEqual(self.told(), told)

    def test_a_product_comes_before_its_category(self):
        pastry = self.make_station("Pastry")
        pastry.product_ids = self.cake.product_tmpl_id
        order = self.open_order(self.line(self.cake), self.line(self.soup))
        self.send(order)
        told = [("Pastry", "new", None, [("Cake", 1)]), ("Grill", "new", None, [("Soup", 1)])]
        self.assertCountEqual(self.told(), told)

    def test_two_stations_make_one_dish(self):
        self.make_station("Garnish").category_ids = self.starters
        line = self.line(self.soup, 2)
        order = self.open_order(line)
        self.assertEqual(self.send(order)["lines"][0]["sentQuantity"], 2)
        self.assertCountEqual(
            [each["station"]["name"] for each in self.tickets()], ["Grill", "Garnish"]
        )

    def test_courses_wait_until_they_are_fired(self):
        lines = [self.line(self.soup, course=1), self.line(self.cake, course=2)]
        order = self.open_order(*lines, self.line(self.coffee))
        data = self.send(order)
        self.assertEqual([line["course"] for line in data["lines"]], [1, 2, None])
        self.assertEqual([line["sentQuantity"] for line in data["lines"]], [1, 0, 1])
        self.send(order)
        self.assertEqual(len(self.tickets()), 2)
        self.send(order, courses=[2])
        self.assertEqual(self.told()[-1], ("Grill", "new", 2, [("Cake", 1)]))
        # What comes to a course that is out is made with the next send.
        self.edit(order, self.line(self.soup, course=1))
        self.send(order, courses=[])
        self.assertEqual(self.told()[-1], ("Grill", "new", 1, [("Soup", 1)]))

    def test_a_course_that_is_not_there(self):
        order = self.open_order(self.line(self.soup, course=1))
        reply = self.step(order, "send", courses=[1, 7])
        self.assertFailure(reply, 422, "invalid_fields", ["courses.1"])
        for wrong in (0, 21, "1", 1.5):
            reply = self.step(order, "send", courses=[wrong])
            self.assertFailure(reply, 422, "invalid_fields", ["courses.0"])
        self.assertEqual(self.tickets(), [])

    def test_a_line_changes_its_course(self):
        line = self.line(self.soup, course=2)
        order = self.open_order(line)
        self.send(order, courses=[])
        self.assertEqual(
            self.edit(order, {"id": line["id"], "course": None})["lines"][0]["course"], None
        )
        self.send(order)
        self.assertEqual(self.told(), [("Grill", "new", None, [("Soup", 1)])])

    def test_a_paid_sale_reaches_the_kitchen_at_once(self):
        lines = [self.line(self.cake), self.line(self.water)]
        body = self.body(lines, [self.payment(self.cash, 550)], orderType="takeaway")
        self.assertSuccess(self.post(body), 201)
        self.assertSuccess(self.post(body))
        self.assertEqual(self.told(), [("Grill", "new", None, [("Cake", 1)])])
        self.assertEqual(self.state_of(body["id"]), "completed")
        self.assertEqual(self.send(body["id"])["state"], "completed")
        self.assertEqual(len(self.tickets()), 1)

    def test_a_paid_sale_has_its_courses_one_by_one(self):
        lines = [self.line(self.soup, course=1), self.line(self.cake, course=2)]
        body = self.body(lines, [self.payment(self.cash, 770)])
        self.assertSuccess(self.post(body), 201)
        self.assertEqual(self.told(), [("Grill", "new", 1, [("Soup", 1)])])
        self.send(body["id"], courses=[2])
        self.assertEqual(self.told()[1:], [("Grill", "new", 2, [("Cake", 1)])])

    def test_payment_sends_what_was_not_sent(self):
        order = self.open_order(self.line(self.cake))
        self.send(order)
        self.edit(order, self.line(self.soup))
        payment = self.payment(self.card, 770)
        self.assertSuccess(self.post(payment, path=f"/orders/{order}/payments"), 201)
        told = [("Grill", "new", None, [("Cake", 1)]), ("Grill", "new", None, [("Soup", 1)])]
        self.assertEqual(self.told(), told)

    def test_a_sale_of_an_hour_ago_has_been_eaten(self):
        body = self.body([self.line(self.cake)], [self.payment(self.cash, 440)])
        self.assertSuccess(self.post({**body, "occurredAt": minutes_ago(60)}), 201)
        self.assertEqual(self.tickets(), [])
        self.send(body["id"])  # unless somebody says so
        self.assertEqual(self.told(), [("Grill", "new", None, [("Cake", 1)])])

    def test_a_parked_order_goes_on_where_it_was(self):
        order = self.open_order(self.line(self.cake))
        self.send(order)
        self.assertEqual(self.assertSuccess(self.step(order, "hold"))["state"], "held")
        self.assertFailure(self.step(order, "send"), 409, "illegal_transition")
        self.bump(self.tickets()[0])
        self.assertEqual(self.state_of(order), "held")
        data = self.assertSuccess(self.step(order, "hold", held=False))
        self.assertEqual(data["state"], "ready")

    def test_a_version_that_is_not_the_present_one(self):
        order = self.open_order(self.line(self.cake))
        self.assertFailure(self.step(order, "send", version=9), 409, "stale_version")
        self.assertEqual(self.tickets(), [])

    def test_allergens_and_odd_words_reach_the_cook(self):
        self.cake.fynlo_allergens = "gluten, nuts"
        note = "O'Brien 100% _\\ 🍰 <b>"
        order = self.open_order(self.line(self.cake, note=note))
        self.send(order)
        item = self.tickets()[0]["items"][0]
        self.assertEqual((item["note"], item["allergens"]), (note, "gluten, nuts"))

    def test_a_store_without_stations_makes_nothing(self):
        (self.grill | self.bar | self.expo).active = False
        order = self.open_order(self.line(self.cake))
        self.assertEqual(self.send(order)["state"], "sent")
        self.assertEqual(self.tickets(), [])
