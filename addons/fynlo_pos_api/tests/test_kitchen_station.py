from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestKitchenStation(KitchenCase):
    def stations_of(self, product):
        stations = self.env["fynlo.kitchen.station"]
        routes = stations._fynlo_routes(self.till.store.id)
        found = stations._fynlo_find_stations(routes, product.product_tmpl_id)
        return stations.browse(found).mapped("name")

    def test_what_is_kept_is_forgotten_when_it_changes(self):
        self.assertEqual(self.stations_of(self.soup), ["Grill"])
        self.starters.parent_id = False
        self.assertEqual(self.stations_of(self.soup), [])
        self.env["pos.category"].create({"name": "Below", "parent_id": self.food.id})
        self.starters.parent_id = self.food
        self.assertEqual(self.stations_of(self.soup), ["Grill"])
        pot = self.make_station("Pot", product_ids=[Command.set(self.soup.product_tmpl_id.ids)])
        self.assertEqual(self.stations_of(self.soup), ["Pot"])
        pot.unlink()
        self.assertEqual(self.stations_of(self.soup), ["Grill"])
        self.grill.active = False
        self.assertEqual(self.stations_of(self.soup), [])

    def test_another_store_has_its_own_kitchen(self):
        self.make_station("Away", config_id=self.store.id, is_default=True)
        self.assertEqual(self.stations_of(self.water), [])

    def test_the_expo_makes_nothing(self):
        with self.assertRaises(ValidationError):
            self.expo.category_ids = self.food
        with self.assertRaises(ValidationError):
            self.expo.is_default = True

    def test_one_station_makes_the_rest(self):
        self.make_station("Pass", is_default=True)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.make_station("Other pass", is_default=True)

    def test_a_station_with_tickets_stays(self):
        self.send(self.open_order(self.line(self.cake)))
        with self.assertRaises(ValidationError):
            self.grill.config_id = self.store
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.grill.unlink()

    def test_the_buttons(self):
        url = self.grill.action_open_screen()["url"]
        store, station = self.till.store.fynlo_uuid, self.grill.fynlo_uuid
        self.assertEqual(url, f"/fynlo/kitchen?store={store}&station={station}")
        domain = self.grill.action_show_tickets()["domain"]
        self.send(self.open_order(self.line(self.cake), self.line(self.coffee)))
        self.assertEqual(self.env["fynlo.kitchen.ticket"].search_count(domain), 1)

    def test_preparation_times(self):
        self.send(self.open_order(self.line(self.cake)))
        ticket = self.grill.ticket_ids
        self.env.cr.execute(
            "UPDATE fynlo_kitchen_ticket SET fired_at = fired_at - interval '9 min'"
        )
        self.env.cr.execute("UPDATE fynlo_kitchen_item SET fired_at = fired_at - interval '9 min'")
        self.env.invalidate_all()
        self.bump({"id": ticket.fynlo_uuid}, state="served")
        self.env.invalidate_all()
        times = [*ticket.mapped("preparation_min"), *ticket.item_ids.mapped("preparation_min")]
        self.assertEqual([round(minutes) for minutes in times], [9, 9])


@tagged("post_install", "-at_install")
class TestKitchenRights(KitchenCase):
    """What people may do in the web client, as the users that they are."""

    def setUp(self):
        super().setUp()
        self.send(self.open_order(self.line(self.cake)))

    def test_nobody_but_the_server_writes_tickets(self):
        for role in ("kitchen", "cashier", "manager", "owner"):
            user = self._make_user(f"one-{role}", role)
            for model in ("fynlo.kitchen.ticket", "fynlo.kitchen.item"):
                own = [("station_id", "=", self.grill.id)]  # other tests leave tickets behind
                record = self.env[model].with_user(user).search(own)
                self.assertEqual(len(record), 1)
                with self.subTest(role=role, model=model), self.assertRaises(AccessError):
                    record.write({"state": "served"})
                with self.subTest(role=role, model=model), self.assertRaises(AccessError):
                    record.unlink()

    def test_managers_arrange_stations(self):
        for role, may in (("kitchen", False), ("supervisor", False), ("manager", True)):
            station = self.grill.with_user(self._make_user(f"two-{role}", role))
            with self.subTest(role=role):
                self.assertEqual(station.has_access("write"), may)
                self.assertTrue(station.has_access("read"))

    def test_other_stores_are_hidden(self):
        away = self._make_user("away", "manager", stores=self.store)
        stranger = self._make_user("stranger", "owner", company=self.company_b)
        for user in (away, stranger):
            for model in ("fynlo.kitchen.station", "fynlo.kitchen.ticket", "fynlo.kitchen.item"):
                self.assertFalse(self.env[model].with_user(user).search([]))

    def test_a_till_does_not_write_what_was_sent(self):
        order = self.grill.ticket_ids.order_id
        ada = self._make_user("till", "cashier")
        with self.assertRaises(AccessError):
            order.with_user(ada).fynlo_kitchen_count = 0
