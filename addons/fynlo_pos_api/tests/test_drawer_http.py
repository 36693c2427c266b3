from uuid import uuid4

from odoo.tests import tagged

from .common import SellingCase

UNKNOWN = "00000000-0000-7000-8000-0000000000ff"


@tagged("post_install", "-at_install")
class TestDrawerHttp(SellingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ben = cls._make_employee("Ben", "cashier")
        drawers = cls.env["fynlo.drawer"]
        cls.bar = drawers.create(
            {"name": "Bar", "config_id": cls.till.store.id, "device_id": cls.corner_device.id}
        )
        cls.purse = drawers.create({"name": "Purse", "config_id": cls.till.store.id})
        cls.foreign = drawers.create({"name": "Foreign", "config_id": cls.store.id})

    def setUp(self):
        super().setUp()
        self.ben_token = self.token_for(self.ben, self.corner_device)
        self.supervisor = self.token_for(self.sue, self.corner_device)

    def send(self, path, token=None, **values):
        return self.post({"id": str(uuid4()), **values}, token, path)

    def take(self, drawer, token=None, **values):
        path = f"/drawers/{drawer.fynlo_uuid}/shifts"
        values = values or {"countedCash": 10000}
        return self.assertSuccess(self.send(path, token, **values), 201)

    def path(self, shift, step):
        return f"/drawer-shifts/{shift['id']}/{step}"

    def drawers(self, token=None):
        data = self.assertSuccess(self.api("GET", "/drawers", token=token or self.token))
        return {each["name"]: each for each in data["drawers"]}

    def test_a_day_of_a_drawer(self):
        self.assertEqual(set(self.drawers()), {"Bar", "Purse"})
        self.assertEqual(
            self.drawers()["Bar"],
            {
                "id": self.bar.fynlo_uuid,
                "name": "Bar",
                "deviceId": self.corner_device.fynlo_uuid,
                "shift": None,
            },
        )
        coins = [{"value": 5000, "quantity": 2}]
        shift = self.take(self.bar, denominations=coins)
        ada = {"id": self.ada.fynlo_uuid, "name": "Ada"}
        self.assertEqual((shift["employee"], shift["openingCash"]), (ada, 10000))
        self.assertEqual((shift["state"], shift["expectedCash"]), ("open", None))
        held = self.drawers(self.ben_token)["Bar"]["shift"]
        self.assertEqual((held["id"], held["employee"]), (shift["id"], ada))
        handed = self.payment(self.cash, 275, tendered=500)
        self.assertSuccess(self.post(self.body(payments=[handed])), 201)
        count = self.send(self.path(shift, "count"), countedCash=10270)
        count = self.assertSuccess(count, 201)
        self.assertEqual(set(count), {"id", "countedCash", "currency", "countedAt"})
        taken = self.send(self.path(shift, "handover"), self.ben_token)
        taken = self.assertSuccess(taken, 201)
        self.assertEqual((taken["employee"]["name"], taken["openingCash"]), ("Ben", 10270))
        closed = self.api("GET", f"/drawer-shifts/{shift['id']}", token=self.token)
        closed = self.assertSuccess(closed)
        self.assertEqual((closed["state"], closed["countedCash"]), ("closed", 10270))
        self.assertEqual((closed["expectedCash"], closed["difference"]), (10275, -5))
        count = self.send(self.path(taken, "count"), self.ben_token, countedCash=10270)
        self.assertSuccess(count, 201)
        closed = self.send(self.path(taken, "close"), self.ben_token, reason="end of the day")
        closed = self.assertSuccess(closed)
        self.assertEqual((closed["difference"], closed["reason"]), (0, "end of the day"))

    def test_same_request_twice_acts_once(self):
        first = self.take(self.bar)
        body = {"id": first["id"], "countedCash": 10000}
        path = f"/drawers/{self.bar.fynlo_uuid}/shifts"
        replay = self.post(body, path=path)
        self.assertEqual(replay.headers["Idempotent-Replay"], "true")
        self.assertEqual(self.assertSuccess(replay), first)
        response = self.post({**body, "countedCash": 1}, path=path)
        self.assertFailure(response, 409, "idempotency_conflict")
        for step, token, values in [
            ("count", self.token, {"countedCash": 10000}),
            ("handover", self.ben_token, {}),
        ]:
            body = {"id": str(uuid4()), **values}
            first_reply = self.post(body, token, self.path(first, step))
            replay = self.post(body, token, self.path(first, step))
            self.assertEqual(replay.json()["data"], first_reply.json()["data"])
            self.assertEqual(replay.headers["Idempotent-Replay"], "true")
        self.env.invalidate_all()
        self.assertEqual(len(self.session.fynlo_shift_ids), 2)
        self.assertEqual(len(self.session.fynlo_cash_count_ids), 1)

    def test_every_bad_field_is_named(self):
        shift = self.take(self.bar)
        open_path = f"/drawers/{self.purse.fynlo_uuid}/shifts"
        bad = {"id": 1, "countedCash": -1, "note": 5, "more": 1}
        cases = [
            (open_path, bad, "id countedCash note more"),
            (open_path, {}, "id denominations"),
            (self.path(shift, "count"), bad, "id countedCash note more"),
            (self.path(shift, "close"), {"id": "x", "reason": ""}, "id reason"),
            (self.path(shift, "handover"), {"employeeId": 5, "pin": 1}, "id employeeId pin"),
        ]
        for path, body, fields in cases:
            with self.subTest(path=path):
                response = self.post(body, path=path)
                self.assertFailure(response, 422, "invalid_fields", fields.split())
        self.env.invalidate_all()
        self.assertEqual(len(self.session.fynlo_shift_ids), 1)

    def test_what_is_unknown_and_what_is_foreign_looks_the_same(self):
        foreign = f"/drawers/{self.foreign.fynlo_uuid}/shifts"
        for path in (foreign, f"/drawers/{UNKNOWN}/shifts"):
            self.assertFailure(self.send(path, countedCash=0), 404, "not_found")
        shift = self.take(self.bar)
        tokens = [self.token_for(self.bob), self.token_for(self.max, self.device_2)]
        for token in tokens:
            response = self.api("GET", f"/drawer-shifts/{shift['id']}", token=token)
            self.assertFailure(response, 404, "not_found")
            for step, values in (("count", {"countedCash": 1}), ("close", {}), ("handover", {})):
                with self.subTest(step):
                    response = self.send(self.path(shift, step), token, **values)
                    self.assertFailure(response, 404, "not_found")
                    unknown = self.path({"id": UNKNOWN}, step)
                    self.assertFailure(self.send(unknown, token, **values), 404, "not_found")
        self.env.invalidate_all()
        self.assertFalse(self.session.fynlo_cash_count_ids)
        self.assertEqual(self.session.fynlo_shift_ids.state, "open")

    def test_token_and_role_are_needed(self):
        shift = self.take(self.bar)
        device = self.token_for(self.corner_device)
        steps = [self.path(shift, step) for step in ("count", "close", "handover")]
        for path in (*steps, f"/drawers/{self.purse.fynlo_uuid}/shifts"):
            with self.subTest(path):
                self.assertFailure(self.api("POST", path, {}), 401, "token_missing")
                response = self.send(path, device, countedCash=1)
                self.assertFailure(response, 403, "forbidden")
        self.env.invalidate_all()
        self.assertEqual(self.session.fynlo_shift_ids.state, "open")

    def test_session_closes_after_its_drawers(self):
        shift = self.take(self.bar)
        self.assertSuccess(self.send("/sessions/current/count", countedCash=10000), 201)
        envelope = self.assertFailure(self.send("/sessions/current/close"), 409, "drawers_open")
        named = {"id": shift["id"], "drawer": "Bar", "employee": "Ada"}
        self.assertEqual(envelope["details"], {"shifts": [named]})
        self.assertSuccess(self.send(self.path(shift, "count"), countedCash=10000), 201)
        self.assertSuccess(self.send(self.path(shift, "close")))
        self.assertSuccess(self.send("/sessions/current/close"))
