import json
from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from ..schemas.carts import OrderCreate
from ..schemas.order_details import OrderView
from ..schemas.order_edits import OrderPatch
from ..schemas.orders import OrderPage, OrderQuery
from .till import Till


@tagged("post_install", "-at_install")
class TestOrderSize(FynloCase):
    """A table that orders all night costs as many queries as one that has just sat down."""

    def setUp(self):
        super().setUp()
        self.till = Till(self.env)
        self.till.open()
        self.till_env = self.env_as(
            self.ada, self.till.store, self._make_device("T", self.till.store)
        )

    def line(self):
        return {"id": str(uuid4()), "productId": self.till.coffee.fynlo_uuid, "quantity": 1}

    def open_order(self, lines):
        body = {"id": str(uuid4()), "orderType": "dine_in"}
        body["lines"] = [self.line() for _ in range(lines)]
        command = OrderCreate.model_validate_json(json.dumps(body))
        self.till_env["fynlo.checkout"]._fynlo_sell(command)
        return body["id"]

    def queries(self, uuid):
        """Return how many queries an edit of the order takes, and how many its reply."""
        patch = OrderPatch.model_validate_json(json.dumps({"lines": [self.line()]}))
        counts = []
        for act in (
            lambda: self.till_env["fynlo.order.edit"]._fynlo_edit_order(uuid, patch),
            lambda: OrderView.of(self.till_env["pos.order"]._fynlo_find_order(uuid)),
        ):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            act()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        return counts

    def test_an_edit_and_its_reply_do_not_ask_line_by_line(self):
        small, large = self.open_order(2), self.open_order(120)
        self.queries(small)  # what is read once is read now
        self.assertEqual(self.queries(large), self.queries(small))

    def test_a_page_of_orders_costs_as_much_however_many_it_shows(self):
        for _ in range(5):
            self.open_order(2)
        self._read_page(2)  # what is read once is read now
        for limit in (2, 4):
            with self.assertQueryCount(7):
                self._read_page(limit)

    def _read_page(self, limit):
        self.env.flush_all()
        self.env.invalidate_all()
        query = OrderQuery(limit=limit)
        return OrderPage.of(*self.till_env["pos.order"]._fynlo_search_orders(query), query)
