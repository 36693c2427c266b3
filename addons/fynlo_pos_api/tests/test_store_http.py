from odoo.fields import Command
from odoo.tests import tagged

from .common import SellingCase


@tagged("post_install", "-at_install")
class TestEmployeesHttp(SellingCase):
    def names(self, query="", token=None):
        token = token or self.token_for(self.corner_device)
        data = self.assertSuccess(self.api("GET", f"/employees?limit=100{query}", token=token))
        self.assertEqual(data["total"], len(data["employees"]))
        return [each["name"] for each in data["employees"]]

    def test_a_till_learns_who_may_sign_in(self):
        pia = self._make_employee("Pia O'Brien", "cashier", pin=None, job_title="Barista")
        token = self.token_for(self.corner_device)
        data = self.assertSuccess(self.api("GET", "/employees?query=O'Brien", token=token))
        self.assertEqual(
            data["employees"],
            [
                {
                    "id": pia.fynlo_uuid,
                    "name": "Pia O'Brien",
                    "role": "cashier",
                    "job": "Barista",
                    "hasPin": False,
                }
            ],
        )
        ada = self.api("GET", "/employees?query=Ada", token=token).json()["data"]["employees"][0]
        self.assertEqual((ada["id"], ada["hasPin"]), (self.ada.fynlo_uuid, True))

    def test_others_are_not_shown(self):
        self._make_employee("Harbour Only", "cashier", stores=self.store_2)
        self._make_employee("Corner Only", "cashier", stores=self.till.store)
        self._make_employee("No Role", False, pin=None)
        self._make_employee("Gone", "cashier").active = False
        names = self.names()
        self.assertLessEqual({"Ada", "Sue", "Max", "Corner Only"}, set(names))
        self.assertFalse({"Bob", "Harbour Only", "No Role", "Gone"} & set(names))
        self.assertEqual(names, sorted(names))

    def test_the_stores_of_an_odoo_user_count_too(self):
        user = self._make_user("una", "cashier", stores=self.store_2)
        una = self._make_employee("Una", "cashier", user_id=user.id)
        self.assertNotIn("Una", self.names())
        user.fynlo_store_ids = [Command.clear()]
        self.assertIn("Una", self.names())
        self.assertTrue(una._fynlo_serves(self.till.store))

    def test_by_role(self):
        self.assertIn("Sue", self.names("&role=supervisor"))
        self.assertNotIn("Ada", self.names("&role=supervisor"))
        token = self.token_for(self.corner_device)
        response = self.api("GET", "/employees?role=boss&pay=1", token=token)
        self.assertFailure(response, 422, "invalid_fields", ["role", "pay"])


@tagged("post_install", "-at_install")
class TestTablesHttp(SellingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        floors = cls.env["restaurant.floor"]
        cls.floor = floors.create(
            {
                "name": "Terrace",
                "pos_config_ids": [Command.set(cls.till.store.ids)],
                "table_ids": [
                    Command.create({"table_number": 2, "seats": 4, "shape": "round"}),
                    Command.create({"table_number": 1, "seats": 2}),
                ],
            }
        )
        floors.create({"name": "Elsewhere", "pos_config_ids": [Command.set(cls.store_2.ids)]})

    def plan(self):
        return self.assertSuccess(self.api("GET", "/tables", token=self.token))["floors"]

    def test_tables_of_the_store_with_their_open_orders(self):
        second, first = self.floor.table_ids.sorted("table_number", reverse=True)
        body = self.body(tableId=second.fynlo_uuid)
        self.assertSuccess(self.post(body), 201)
        (floor,) = self.plan()
        self.assertEqual((floor["id"], floor["name"]), (self.floor.fynlo_uuid, "Terrace"))
        self.assertEqual(
            floor["tables"],
            [
                {
                    "id": first.fynlo_uuid,
                    "number": 1,
                    "seats": 2,
                    "shape": "square",
                    "status": "free",
                    "orderIds": [],
                },
                {
                    "id": second.fynlo_uuid,
                    "number": 2,
                    "seats": 4,
                    "shape": "round",
                    "status": "occupied",
                    "orderIds": [body["id"]],
                },
            ],
        )
        pay = self.payment(self.cash, 275)
        response = self.api("POST", f"/orders/{body['id']}/payments", pay, token=self.token)
        self.assertSuccess(response, 201)
        self.assertEqual([table["status"] for table in self.plan()[0]["tables"]], ["free"] * 2)
