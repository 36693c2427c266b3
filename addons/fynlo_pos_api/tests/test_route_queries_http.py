"""How many queries a request of a till takes, its authentication and its answer included."""

from uuid import uuid4

from odoo.tests import tagged

from .kitchen_case import KitchenCase

#: A read that takes more has got slower, one that takes less belongs here with its new figure.
READS = {
    "/catalog": 1,
    "/orders": 3,
    "/orders/{order}": 3,
    "/orders/{order}/receipt": 4,
    "/customers?query=pinned": 7,
    "/customers/{customer}": 7,
    "/customers/{customer}/orders": 10,
    "/tables": 2,
    "/employees": 4,
    "/sessions/current": 4,
    "/drawers": 2,
    "/kitchen/stations": 4,
    "/kitchen/tickets?state=open": 8,
    "/products?query=pinned": 5,
    "/inventory?query=pinned": 7,
    "/settings": 1,
    "/hardware": 3,
    "/auth/me": 11,
}
WRITES = {
    "POST /orders/quote": 1,
    "POST /orders": 23,
    "PATCH /orders/{}": 17,
    "POST /orders/{}/send": 22,
    "POST /orders/{}/hold": 8,
    "POST /orders/{}/payments": 27,
    "POST /orders/{}/split": 13,
    "POST /orders/{}/cancel": 12,
    "POST /customers": 22,
}


@tagged("post_install", "-at_install")
class TestRouteQueries(KitchenCase):
    maxDiff = None

    def setUp(self):
        super().setUp()
        # A test's transaction has changes of its own, so nothing of it would be kept.
        cache = type(self.env["fynlo.cache"])
        self.patch(cache, "_fynlo_count_changes", lambda _self, _namespace: ("test", False))
        self.sold = self.paid_body()
        self.assertSuccess(self.post(self.sold), 201)
        self.guest = self.env["res.partner"].create({"name": "Pinned", "fynlo_is_customer": True})
        self.env["product.template"].create(
            {"name": "Pinned", "available_in_pos": True, "is_storable": True}
        )
        self.sent = self.open_order(self.line(self.coffee), self.line(self.cake))
        self.send(self.sent)

    def count(self, method, path, body=None):
        """Return how many queries a request takes once its worker is warm."""
        counts = []
        for _ in range(3):
            place, document = self.prepare(path, body)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            reply = self.api(method, place, document, token=self.token)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(reply.ok, reply.text)
        self.assertEqual(counts[1], counts[2], "the third request costs as much as the second")
        return counts[2]

    def prepare(self, path, body):
        """Return path and body with new ids, and an open order in the place of ``{}``."""
        order = self.open_order(self.line(self.coffee), self.line(self.cake)) if "{}" in path else 0
        document = body and {"id": str(uuid4()), **body()}
        if document and path.endswith(("/quote", "/orders/{}")):
            del document["id"]
        return path.format(order), document

    def test_reads(self):
        places = {"order": self.sold["id"], "customer": self.guest.fynlo_uuid}
        found = {path: self.count("GET", path.format_map(places)) for path in READS}
        self.assertEqual(found, READS)

    def test_writes(self):
        bodies = {
            "POST /orders/quote": lambda: {"orderType": "dine_in", "lines": self.sold["lines"]},
            "POST /orders": self.paid_body,
            "PATCH /orders/{}": lambda: {"lines": [self.line(self.coffee)]},
            "POST /orders/{}/payments": lambda: self.payment(self.card, 715),
            "POST /orders/{}/split": lambda: {"parts": 3},
            "POST /orders/{}/cancel": lambda: {"reason": "left"},
            "POST /customers": lambda: {
                "firstName": "A",
                "lastName": "B",
                "email": None,
                "phone": None,
            },
        }
        found = {}
        for name in WRITES:
            method, path = name.split()
            found[name] = self.count(method, path, bodies.get(name, dict))
        self.assertEqual(found, WRITES)
