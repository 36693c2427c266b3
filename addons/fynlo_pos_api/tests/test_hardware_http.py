from base64 import b64decode
from uuid import uuid4

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SellingCase
from .test_paper import CUT, DRAWER, read_back


class HardwareCase(SellingCase):
    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)

    def create(self, token=None, **values):
        body = {"id": str(uuid4()), "name": "Bar printer", "kind": "printer"}
        body |= {"connection": "network", "address": "192.0.2.10:9100", **values}
        return self.api("POST", "/hardware", body, token=token or self.manager)

    def make(self, **values):
        return self.assertSuccess(self.create(**values), 201)

    def ask(self, data, token=None, **values):
        body = {"id": str(uuid4()), **values}
        return self.api("POST", f"/hardware/{data['id']}/test", body, token=token or self.manager)

    def answer(self, test, result, token=None, **values):
        path = f"/hardware/tests/{test['id']}/result"
        return self.api("POST", path, {"result": result, **values}, token=token or self.token)

    def queue(self, token=None):
        return self.assertSuccess(self.api("GET", "/hardware/tests", token=token or self.token))


@tagged("post_install", "-at_install")
class TestHardwareHttp(HardwareCase):
    def test_a_manager_adds_changes_and_archives(self):
        station = self.env["fynlo.kitchen.station"].create(
            {"name": "Bar", "config_id": self.till.store.id}
        )
        data = self.make(stationId=station.fynlo_uuid, paper="58mm")
        told = {"name": "Bar printer", "kind": "printer", "connection": "network"}
        told |= {"address": "192.0.2.10:9100", "stationId": station.fynlo_uuid, "paper": "58mm"}
        more = {"version": 1, "active": True, "status": "unknown", "lastSeenAt": None}
        self.assertEqual(data, {"id": data["id"], **told, **more})
        settings = self.assertSuccess(self.api("GET", "/settings", token=self.token))
        self.assertEqual(settings["hardware"], [{"id": data["id"], **told}])
        path, body = (
            f"/hardware/{data['id']}",
            {"version": 1, "name": "O'Brien 🔥", "address": None},
        )
        data = self.assertSuccess(self.api("PUT", path, body, token=self.manager))
        self.assertEqual((data["name"], data["address"], data["version"]), ("O'Brien 🔥", None, 2))
        stale = self.api("PUT", path, body, token=self.manager)
        self.assertFailure(stale, 409, "stale_version")
        data = self.assertSuccess(self.api("DELETE", path, token=self.manager))
        self.assertEqual((data["active"], data["version"]), (False, 3))
        again = self.assertSuccess(self.api("DELETE", path, token=self.manager))
        self.assertEqual(again, data)
        page = self.assertSuccess(self.api("GET", "/hardware", token=self.token))
        self.assertEqual((page["hardware"], page["total"]), ([], 0))

    def test_the_same_id_is_the_same_hardware(self):
        uuid = str(uuid4())
        first = self.create(id=uuid)
        again = self.create(id=uuid)
        self.assertEqual(self.assertSuccess(again), self.assertSuccess(first, 201))
        other = self.create(id=uuid, name="Another")
        self.assertFailure(other, 409, "idempotency_conflict")

    def test_every_bad_field_is_named(self):
        foreign = self.env["fynlo.kitchen.station"].create(
            {"name": "Bar", "config_id": self.store_2.id}
        )
        response = self.create(stationId=foreign.fynlo_uuid)
        self.assertFailure(response, 422, "invalid_fields", ["stationId"])
        response = self.create(name="", kind="rocket", connection="wifi", address="x" * 256, a=1)
        fields = ["name", "kind", "connection", "address", "a"]
        self.assertFailure(response, 422, "invalid_fields", fields)

    def test_who_is_no_manager_sets_nothing_up(self):
        data = self.make()
        for who in (self.ada, self.sue):
            token = self.token_for(who, self.corner_device)
            self.assertFailure(self.create(token, name="Mine"), 403, "forbidden")
            self.assertFailure(self.ask(data, token), 403, "forbidden")
        self.assertEqual(self.env["fynlo.hardware"].search_count([("name", "=", "Mine")]), 0)
        self.assertEqual(self.queue()["total"], 0)

    def test_a_till_reports_what_it_finds(self):
        data, till = self.make(), self.token_for(self.corner_device)
        path, body = f"/hardware/{data['id']}/status", {"status": "offline"}
        found = self.assertSuccess(self.api("POST", path, body, token=till))
        self.assertEqual((found["status"], found["version"]), ("offline", 1))
        self.assertIsNotNone(found["lastSeenAt"])
        hardware = self.env["fynlo.hardware"].search([("fynlo_uuid", "=", data["id"])])
        self.assertEqual(hardware.reported_by_id, self.corner_device)
        response = self.api(
            "POST", path, body, token=self.token_for(self.olga), headers=self.here()
        )
        self.assertFailure(response, 422, "device_required")

    def here(self):
        return {"X-Store-Id": self.till.store.fynlo_uuid}

    def test_a_printer_is_tested_by_a_till(self):
        printer = self.make(paper="58mm")
        test = self.assertSuccess(self.ask(printer), 201)
        self.assertEqual((test["state"], test["hardwareId"]), ("queued", printer["id"]))
        till = self.token_for(self.corner_device)
        [queued] = self.queue(till)["tests"]
        self.assertEqual(queued, test)
        raw = b64decode(queued["data"])
        rows = read_back(raw).splitlines()
        self.assertIn("Printer".ljust(21) + "Bar printer", rows)
        self.assertIn("Address".ljust(17) + "192.0.2.10:9100", rows)
        self.assertEqual((max(map(len, rows)), raw.count(CUT), raw.count(DRAWER)), (32, 1, 0))
        done = self.assertSuccess(self.answer(test, "failed", till, message="no paper"))
        self.assertEqual((done["state"], done["message"]), ("failed", "no paper"))
        self.assertEqual(self.queue()["total"], 0)
        again = self.answer(test, "failed", till, message="no paper")
        self.assertEqual(self.assertSuccess(again), done)
        other = self.assertFailure(self.answer(test, "passed"), 409, "test_answered")
        self.assertEqual(other["details"], {"state": "failed"})
        [told] = self.assertSuccess(self.api("GET", "/hardware", token=till))["hardware"]
        self.assertEqual((told["status"], told["lastSeenAt"]), ("offline", done["answeredAt"]))

    def test_a_drawer_is_opened_and_a_scanner_needs_no_bytes(self):
        drawer = self.make(name="Drawer", kind="drawer", connection="built_in")
        test = self.assertSuccess(self.ask(drawer), 201)
        self.assertEqual(b64decode(test["data"]).count(DRAWER), 1)
        scanner = self.make(name="Scanner", kind="scanner", connection="usb")
        self.assertIsNone(self.assertSuccess(self.ask(scanner), 201)["data"])

    def test_another_stores_till_sees_and_answers_nothing(self):
        test = self.assertSuccess(self.ask(self.make()), 201)
        harbour = self.token_for(self.device_2)
        self.assertEqual(self.queue(harbour)["total"], 0)
        hidden = self.answer(test, "passed", harbour)
        self.assertFailure(hidden, 404, "not_found")
        unknown = self.answer({"id": str(uuid4())}, "passed", harbour)
        self.assertFailure(unknown, 404, "not_found")
        self.assertEqual(self.queue()["total"], 1)

    def test_the_button_of_the_web_client_queues_a_test(self):
        self.make()
        hardware = self.env["fynlo.hardware"].search([("config_id", "=", self.till.store.id)])
        mara, carl = self._make_user("mara", "manager"), self._make_user("carl", "cashier")
        with self.assertRaises(AccessError):
            hardware.with_user(carl).action_fynlo_test()
        self.assertFalse(hardware.last_test_state)
        hardware.with_user(mara).action_fynlo_test()
        self.assertEqual(hardware.with_user(mara).last_test_state, "queued")
        [test] = self.queue()["tests"]
        self.assertSuccess(self.answer(test, "passed"))
        self.env.invalidate_all()
        self.assertEqual((hardware.last_test_state, hardware.status), ("passed", "online"))

    def test_what_is_archived_is_not_tested(self):
        data = self.make()
        test = self.assertSuccess(self.ask(data), 201)
        self.assertEqual([each["id"] for each in self.queue()["tests"]], [test["id"]])
        self.assertSuccess(self.api("DELETE", f"/hardware/{data['id']}", token=self.manager))
        self.assertEqual(self.queue()["tests"], [])
        self.assertFailure(self.ask(data), 409, "hardware_archived")
        hardware = self.env["fynlo.hardware"].with_context(active_test=False)
        record = hardware.search([("fynlo_uuid", "=", data["id"])])
        with self.assertRaises(UserError):
            record.action_fynlo_test()
        self.assertEqual(len(record.test_ids), 1)
