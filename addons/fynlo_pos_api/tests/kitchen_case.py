"""A store with a kitchen: the grill makes food, the bar makes coffee, the expo sees both."""

from uuid import uuid4

from odoo.fields import Command

from .common import SellingCase


class KitchenCase(SellingCase):
    """``grill`` makes the category Food and what is below it, ``bar`` the coffee.

    Cake is in Food; ``soup`` (3.00 plus 10 %) is in Starters below it; ``water`` is made by nobody.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.food = cls.env["pos.category"].create({"name": "Food"})
        cls.starters = cls.env["pos.category"].create(
            {"name": "Starters", "parent_id": cls.food.id}
        )
        cls.cake.pos_categ_ids = cls.food
        cls.soup = cls.till._make_product("Soup", 3.0, 1.0)
        cls.soup.pos_categ_ids = cls.starters
        cls.water = cls.till._make_product("Water", 1.0, 0.2)
        cls.grill = cls.make_station("Grill", category_ids=[Command.set(cls.food.ids)])
        cls.bar = cls.make_station("Bar", product_ids=[Command.set(cls.coffee.product_tmpl_id.ids)])
        cls.expo = cls.make_station("Expo", is_expo=True)
        cls.till.store.fynlo_void_role = "cashier"
        cls.kim = cls._make_employee("Kim", "kitchen")

    @classmethod
    def make_station(cls, name, **vals):
        vals = {"name": name, "config_id": cls.till.store.id, **vals}
        return cls.env["fynlo.kitchen.station"].create(vals)

    def setUp(self):
        super().setUp()
        self.kitchen_token = self.token_for(self.kim, self.corner_device)

    def open_order(self, *lines, **extra):
        """Post an open order of ``lines`` and return its id."""
        body = self.body(list(lines), **extra)
        self.assertSuccess(self.post(body), 201)
        return body["id"]

    def step(self, order, name, token=None, **values):
        """Post a step of an order and return the response."""
        body = {"id": str(uuid4()), **values}
        return self.api("POST", f"/orders/{order}/{name}", body, token=token or self.token)

    def send(self, order, **values):
        """Send an order to the kitchen and return it."""
        return self.assertSuccess(self.step(order, "send", **values))

    def edit(self, order, *lines, **values):
        """Patch an order and return it."""
        path = f"/orders/{order}"
        body = {"lines": list(lines), **values} if lines else values
        return self.assertSuccess(self.api("PATCH", path, body, token=self.token))

    def read_order(self, order):
        """Return an order as the API tells it."""
        return self.assertSuccess(self.api("GET", f"/orders/{order}", token=self.token))

    def tickets(self, query="", token=None):
        """Return the store's tickets as the kitchen reads them."""
        path = f"/kitchen/tickets{query}"
        return self.assertSuccess(self.api("GET", path, token=token or self.kitchen_token))[
            "tickets"
        ]

    def told(self, query=""):
        """Return what the kitchen was told: ``(station, kind, course, [(name, quantity)])``."""
        return [
            (
                ticket["station"]["name"],
                ticket["kind"],
                ticket["course"],
                [(item["name"], item["quantity"]) for item in ticket["items"]],
            )
            for ticket in self.tickets(query)
        ]

    def move(self, ticket, name, token=None, **values):
        """Bump or recall a ticket and return the response."""
        body = {"id": str(uuid4()), **values}
        path = f"/kitchen/tickets/{ticket['id']}/{name}"
        return self.api("POST", path, body, token=token or self.kitchen_token)

    def bump(self, ticket, **values):
        """Bump a ticket and return it."""
        return self.assertSuccess(self.move(ticket, "bump", **values))

    def state_of(self, order):
        """Return the state of an order."""
        return self.read_order(order)["state"]
