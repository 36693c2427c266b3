"""What the kitchen costs: queries of the reads and of a sale, whatever hangs there."""

from uuid import uuid4

from odoo.tests import tagged

from ..schemas.kitchen import StationList, TicketBump, TicketQuery
from ..schemas.kitchen_tickets import TicketPage
from ..schemas.order_edits import OrderSend
from .kitchen_case import KitchenCase


@tagged("post_install", "-at_install")
class TestKitchenCost(KitchenCase):
    def fill(self, orders):
        """Send so many orders of three dishes."""
        for number in range(orders):
            lines = [self.line(self.cake), self.line(self.soup, note=f"{number}")]
            order = self.open_order(*lines, self.line(self.coffee))
            self.send(order)

    def cold(self, who):
        """Return an environment of a request that has read nothing but its own user's groups."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env_as(who, device=self.corner_device)

    def read_tickets(self):
        env = self.cold(self.kim)
        query = TicketQuery.model_validate_strings({"limit": "100", "state": "open"})
        tickets, total = env["fynlo.kitchen.ticket"]._fynlo_search_tickets(query)
        return TicketPage.of(tickets, total, query)

    def count(self, function):
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        function()
        return self.env.cr.sql_log_count - before

    def test_a_list_of_tickets(self):
        self.fill(1)
        self.read_tickets()
        few = self.count(self.read_tickets)
        self.fill(4)
        self.assertEqual(len(self.read_tickets().tickets), 10)
        self.assertEqual(self.count(self.read_tickets), few)
        self.assertEqual(few, 11)

    def test_the_stations(self):
        def read():
            stations = self.cold(self.kim)["fynlo.kitchen.station"]
            StationList.of(stations._fynlo_list_stations())

        read()
        few = self.count(read)
        for number in range(4):
            self.make_station(f"Extra {number}")
        read()  # a new station makes the server forget what it keeps
        self.assertEqual(self.count(read), few)
        self.assertEqual(few, 7)

    def test_a_paid_sale_in_a_store_without_stations(self):
        """The stations are looked up once and kept: a shop pays nothing for a kitchen."""
        (self.grill | self.bar | self.expo).active = False
        order = self.order_of({"id": self.open_order(self.line(self.cake))})
        order._fynlo_cook_sold()
        self.assertEqual(self.count(order._fynlo_cook_sold), 0)

    def count_send(self, order):
        command = OrderSend.model_validate_json(f'{{"id": "{uuid4()}"}}')
        env = self.cold(self.ada)

        def send():
            env["pos.order"]._fynlo_send_order(order, command)
            env.flush_all()

        return self.count(send)

    def test_a_send_and_a_bump(self):
        orders = [
            self.open_order(*[self.line(self.soup) for _ in range(dishes)], self.line(self.coffee))
            for dishes in (1, 1, 8)
        ]
        sent = [self.count_send(order) for order in orders][-1]
        ticket = self.tickets()[-1]
        env = self.cold(self.kim)
        command = TicketBump.model_validate_json(f'{{"id": "{uuid4()}"}}')
        bumped = self.count(
            lambda: (
                env["fynlo.kitchen.ticket"]._fynlo_bump(ticket["id"], command) and env.flush_all()
            )
        )
        self.assertEqual((sent, bumped), (15, 14))
