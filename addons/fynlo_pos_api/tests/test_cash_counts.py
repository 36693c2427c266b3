from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import SessionNotOpenError
from .common import SellingCase
from .drawers import DrawerCase
from .till import command

COUNT = "/sessions/current/count"


@tagged("post_install", "-at_install")
class TestDenominationsHttp(SellingCase):
    def count(self, **values):
        return self.post({"id": str(uuid4()), **values}, path=COUNT)

    def denominations(self):
        data = self.assertSuccess(self.api("GET", "/denominations", token=self.token))
        return data["currency"], {each["value"]: each["name"] for each in data["denominations"]}

    def test_till_learns_the_store_s_coins_and_notes(self):
        self.env["pos.bill"].search([]).unlink()
        bills = self.env["pos.bill"]
        for value in (0.05, 2, 50):
            bills.create({"name": f"{value:.2f}", "value": value})
        bills.create({"name": "half a cent", "value": 0.005})
        bills.create({"name": "nothing", "value": 0})
        other = {"name": "elsewhere", "value": 500}
        bills.create({**other, "pos_config_ids": [Command.set(self.store.ids)]})
        own = bills.create({"name": "500", "value": 500, "pos_config_ids": self.till.store.ids})
        self.till.store.default_bill_ids = own
        expected = {5: "0.05", 200: "2.00", 5000: "50.00", 50000: "500"}
        self.assertEqual(self.denominations(), ("USD", expected))
        self.assertEqual(list(self.denominations()[1]), [5, 200, 5000, 50000])

    def test_sum_may_be_left_to_the_server(self):
        coins = [{"value": 200, "quantity": 3}, {"value": 5, "quantity": 0}]
        coins.append({"value": 5000, "quantity": 1})
        data = self.assertSuccess(self.count(denominations=coins), 201)
        self.assertEqual(data["countedCash"], 5600)
        self.env.invalidate_all()
        [count] = self.session.fynlo_cash_count_ids
        found = [{"value": 5000, "quantity": 1}, {"value": 200, "quantity": 3}]
        self.assertEqual(count.denominations, found)
        self.assertEqual(
            count.denominations_text, "1 × $\N{NO-BREAK SPACE}50.00, 3 × $\N{NO-BREAK SPACE}2.00"
        )

    def test_denominations_must_add_up(self):
        coins = [{"value": 200, "quantity": 3}]
        response = self.count(countedCash=599, denominations=coins)
        self.assertFailure(response, 422, "invalid_fields", ["denominations"])
        response = self.count(countedCash=1200, denominations=coins * 2)
        self.assertFailure(response, 422, "invalid_fields", ["denominations"])
        response = self.count(countedCash=600, denominations=[{"value": 0, "quantity": -1}])
        fields = ["denominations.0.value", "denominations.0.quantity"]
        self.assertFailure(response, 422, "invalid_fields", fields)
        self.assertSuccess(self.count(countedCash=600, denominations=coins), 201)

    def test_coins_that_the_store_does_not_have_are_named(self):
        coins = [{"value": value, "quantity": 1} for value in (3, 200, 7)]
        response = self.count(denominations=coins)
        fields = ["denominations.0.value", "denominations.2.value"]
        self.assertFailure(response, 422, "invalid_fields", fields)
        self.env.invalidate_all()
        self.assertFalse(self.session.fynlo_cash_count_ids)


@tagged("post_install", "-at_install")
class TestNoSale(DrawerCase):
    def open_drawer(self, who, reason="a guest wants change"):
        session = self.session.with_env(self.as_(who))
        return session._fynlo_open_drawer(command("no_sale", reason=reason))

    def test_who_where_why_is_kept_and_audited(self):
        shift = self.take(self.bar, self.ada)
        no_sale = self.open_drawer(self.ada, "O'Brien wants 100 % change \\ 🪙")
        self.assertEqual((no_sale.session_id, no_sale.shift_id), (self.session, shift))
        self.assertEqual((no_sale.employee_id, no_sale.device_id), (self.ada, self.ipad))
        self.assertEqual(no_sale.reason, "O'Brien wants 100 % change \\ 🪙")
        self.assertEqual((self.session.fynlo_no_sale_count, shift.no_sale_count), (1, 1))
        entry = self.env["fynlo.audit"].search([("action", "=", "session.no_sale")], limit=1)
        self.assertEqual((entry.res_id, entry.employee_id), (self.session.id, self.ada.id))
        self.assertEqual(entry.data, {"reason": no_sale.reason})

    def test_store_may_ask_for_a_higher_role(self):
        self.till.store.fynlo_no_sale_role = "supervisor"
        with self.assertRaises(ForbiddenError):
            self.open_drawer(self.ada)
        self.assertFalse(self.session.fynlo_no_sale_ids)
        self.assertTrue(self.open_drawer(self.sue))

    def test_no_drawer_opens_after_the_session(self):
        self.session.state = "closing_control"
        with self.assertRaises(SessionNotOpenError):
            self.open_drawer(self.ada)

    def test_nobody_changes_one(self):
        self.open_drawer(self.ada)
        self.assertFalse(self.as_(self.ada)["fynlo.no.sale"].has_access("read"))
        no_sales = self.as_(self.max)["fynlo.no.sale"]
        self.assertEqual(no_sales.search_count([("session_id", "=", self.session.id)]), 1)
        for mode in ("write", "create", "unlink"):
            self.assertFalse(no_sales.has_access(mode))
