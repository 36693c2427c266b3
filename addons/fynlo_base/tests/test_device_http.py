from odoo.tests import tagged

from .common import OLGA_PASSWORD, FynloHttpCase

UNKNOWN = "01930000-0000-7000-8000-000000000000"


@tagged("post_install", "-at_install")
class TestDeviceHttp(FynloHttpCase):
    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max)
        self.owner = self.token_for(self.olga)

    def offer(self, token=None, store=None, **options):
        body = {"storeId": (store or self.store).fynlo_uuid}
        return self.api("POST", "/devices/pairing-codes", body, token or self.manager, **options)

    def pair(self, code, name="Bar", platform="ipados"):
        body = {"code": code, "name": name, "platform": platform}
        return self.api("POST", "/devices/pair", body)

    # --- Pairing codes

    def test_a_manager_pairs_a_till_that_can_then_ask(self):
        offered = self.assertSuccess(self.offer(), 201)
        self.assertEqual(len(offered["code"]), 8)
        self.assertRegex(offered["expiresAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        paired = self.assertSuccess(self.pair(offered["code"]), 201)
        device = paired.pop("device")
        self.assertEqual(set(paired), {"accessToken", "refreshToken", "tokenType", "expiresIn"})
        self.assertEqual((paired["tokenType"], paired["expiresIn"]), ("Bearer", 900))
        number = self.company.fynlo_last_device_number
        expected = {"name": "Bar", "number": number, "platform": "ipados", "state": "active"}
        expected |= {"storeId": self.store.fynlo_uuid, "revokedAt": None}
        self.assertEqual({key: device[key] for key in expected}, expected)
        me = self.api("GET", "/auth/me", token=paired["accessToken"])
        self.assertEqual(me.status_code, 200, me.text)

    def test_the_code_itself_is_never_stored_as_an_answer(self):
        key = {"Idempotency-Key": "pair-me-once-please"}
        first = self.assertSuccess(self.offer(headers=key), 201)
        second = self.assertSuccess(self.offer(headers=key), 201)
        self.assertNotEqual(first["code"], second["code"])
        self.assertFalse(self.env["fynlo.idempotency"].sudo().search([]))

    def test_offer_names_bad_fields(self):
        for body, field in (({}, "storeId"), ({"storeId": 7}, "storeId")):
            response = self.api("POST", "/devices/pairing-codes", body, self.manager)
            self.assertFailure(response, 422, "invalid_fields", [field])
        body = {"storeId": self.store.fynlo_uuid, "minutes": 60}
        response = self.api("POST", "/devices/pairing-codes", body, self.manager)
        self.assertFailure(response, 422, "invalid_fields", ["minutes"])

    def test_offer_refuses_stores_that_are_not_yours(self):
        body = {"storeId": UNKNOWN}
        unknown = self.api("POST", "/devices/pairing-codes", body, self.manager)
        self.assertFailure(unknown, 422, "invalid_fields", ["storeId"])
        foreign = self.offer(store=self.store_b)
        hidden = self.assertFailure(foreign, 422, "invalid_fields", ["storeId"])
        self.assertEqual(hidden["errors"], unknown.json()["errors"])
        # Max works on a till of the first store: its token does not reach the second one.
        self.assertFailure(self.offer(store=self.store_2), 422, "invalid_fields", ["storeId"])
        self.assertFalse(self.env["fynlo.pairing.code"].search([]))
        self.assertSuccess(self.offer(self.owner, self.store_2), 201)

    def test_offer_needs_a_manager(self):
        self.assertFailure(
            self.api("POST", "/devices/pairing-codes", {"storeId": UNKNOWN}), 401, "token_missing"
        )
        self.assertFailure(self.offer("forged.forged.forged"), 401, "token_invalid")
        for who in (self.device, self.ada, self.sue):
            self.assertFailure(self.offer(self.token_for(who)), 403, "forbidden")
        self.assertFalse(self.env["fynlo.pairing.code"].search([]))

    # --- Pairing

    def test_pair_names_bad_fields(self):
        response = self.api("POST", "/devices/pair", {})
        self.assertFailure(response, 422, "invalid_fields", ["code", "name", "platform"])
        body = {"code": "SHORT", "name": "", "platform": "fridge", "number": 1}
        response = self.api("POST", "/devices/pair", body)
        self.assertFailure(response, 422, "invalid_fields", ["code", "name", "platform", "number"])

    def test_unknown_used_and_old_codes_get_the_same_answer(self):
        code = self.assertSuccess(self.offer(), 201)["code"]
        self.assertSuccess(self.pair(code), 201)
        answers = []
        for wrong in (code, "AAAA2222"):
            failure = self.assertFailure(self.pair(wrong), 422, "pairing_code_invalid")
            failure.pop("requestId")
            answers.append(failure)
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(self.env["fynlo.device"].search_count([("name", "=", "Bar")]), 1)

    def test_guessing_is_stopped_by_address(self):
        code = self.assertSuccess(self.offer(), 201)["code"]
        for _ in range(10):
            self.assertFailure(self.pair("AAAA2222"), 422, "pairing_code_invalid")
        locked = self.pair(code)
        self.assertFailure(locked, 429, "locked_out")
        self.assertAlmostEqual(int(locked.headers["Retry-After"]), 300, delta=5)
        self.assertFalse(self.env["fynlo.device"].search([("name", "=", "Bar")]))

    # --- List and revoke

    def test_list_shows_the_tills_of_your_stores(self):
        page = self.assertSuccess(self.api("GET", "/devices", token=self.owner))
        ids = [device["id"] for device in page.pop("devices")]
        self.assertEqual(ids, [self.device.fynlo_uuid, self.device_2.fynlo_uuid])
        self.assertEqual(page, {"total": 2, "page": 1, "limit": 20, "totalPages": 1})
        page = self.assertSuccess(self.api("GET", "/devices", token=self.manager))
        self.assertEqual([row["id"] for row in page["devices"]], [self.device.fynlo_uuid])

    def test_list_sorts_and_pages(self):
        path = "/devices?sortBy=name&sortOrder=desc&limit=1&page=2"
        page = self.assertSuccess(self.api("GET", path, token=self.owner))
        self.assertEqual([row["name"] for row in page["devices"]], ["Till 1"])
        self.assertEqual((page["total"], page["totalPages"]), (2, 2))

    def test_list_names_bad_parameters(self):
        path = "/devices?page=0&limit=101&sortBy=secret&sortOrder=up&color=red"
        response = self.api("GET", path, token=self.owner)
        fields = ["page", "limit", "sortBy", "sortOrder", "color"]
        self.assertFailure(response, 422, "invalid_fields", fields)

    def test_list_needs_a_manager(self):
        self.assertFailure(self.api("GET", "/devices"), 401, "token_missing")
        for who in (self.device, self.ada, self.sue):
            response = self.api("GET", "/devices", token=self.token_for(who))
            self.assertFailure(response, 403, "forbidden")

    def test_a_revoked_till_is_refused_at_its_next_request(self):
        till, cashier = self.token_for(self.device), self.token_for(self.ada)
        for token in (till, cashier):
            self.assertSuccess(self.api("GET", "/auth/me", token=token))
        path = f"/devices/{self.device.fynlo_uuid}"
        self.assertEqual(self.assertSuccess(self.api("DELETE", path, token=self.owner)), {})
        for token in (till, cashier):
            self.assertFailure(self.api("GET", "/auth/me", token=token), 401, "token_invalid")
        self.assertSuccess(self.api("DELETE", path, token=self.owner))

    def test_revoking_needs_a_manager_of_the_store(self):
        path = f"/devices/{self.device.fynlo_uuid}"
        self.assertFailure(self.api("DELETE", path), 401, "token_missing")
        for who in (self.device, self.ada, self.sue):
            response = self.api("DELETE", path, token=self.token_for(who))
            self.assertFailure(response, 403, "forbidden")
        for hidden in (self.device_b.fynlo_uuid, self.device_2.fynlo_uuid, UNKNOWN):
            response = self.api("DELETE", f"/devices/{hidden}", token=self.manager)
            self.assertFailure(response, 404, "not_found")
        self.env.invalidate_all()
        for device in (self.device, self.device_2, self.device_b):
            self.assertEqual(device.state, "active")

    def test_a_session_of_the_web_client_is_no_token(self):
        self.authenticate("olga", OLGA_PASSWORD)
        self.assertFailure(self.api("GET", "/devices"), 401, "token_missing")
