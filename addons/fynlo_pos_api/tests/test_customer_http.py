from uuid import uuid4

from odoo.tests import tagged

from .customers import ADDRESS, CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerHttp(CustomerCase):
    def test_new_customer_is_a_contact_of_the_company(self):
        body = self.customer_body(
            firstName="Síle",
            lastName="O'Brien",
            email="Sile@Example.com",
            phone="+1 (212) 555-0188",
            tags=["Lunch club", "Terrace"],
            address={**ADDRESS, "latitude": 42.65, "longitude": -73.75},
            note="Allergic to nuts",
        )
        data = self.assertSuccess(self.post(body, path="/customers"), 201)
        self.assertEqual((data["id"], data["name"]), (body["id"], "Síle O'Brien"))
        self.assertEqual((data["email"], data["phone"]), ("Sile@Example.com", "+1 (212) 555-0188"))
        self.assertEqual((data["type"], data["status"]), ("individual", "active"))
        self.assertEqual((data["segment"], data["tier"]), (None, None))
        self.assertEqual(data["tags"], ["Lunch club", "Terrace"])
        self.assertEqual((data["totalSpent"], data["currency"]), (0, "USD"))
        self.assertEqual((data["lastVisitAt"], data["orderCount"], data["version"]), (None, 0, 1))
        self.assertEqual(data["note"], "Allergic to nuts")
        self.assertRegex(data["number"], r"^C\d{6}$")
        address = {key: data["address"][key] for key in ADDRESS}
        self.assertEqual(address, ADDRESS)
        self.assertEqual((data["address"]["country"], data["address"]["type"]), ("US", "main"))
        self.assertEqual(
            (data["address"]["latitude"], data["address"]["longitude"]), (42.65, -73.75)
        )
        partner = self.partner_of(data)
        self.assertEqual(partner.company_id, self.company)
        self.assertEqual((partner.state_id.code, partner.zip), ("NY", "12207"))
        self.assertFalse(partner.is_company)
        self.assertEqual(self.get(f"/customers/{data['id']}"), data)

    def test_same_request_gives_the_same_customer(self):
        body = self.customer_body()
        first = self.assertSuccess(self.post(body, path="/customers"), 201)
        response = self.post(body, path="/customers")
        self.assertEqual(self.assertSuccess(response), first)
        self.assertEqual(response.headers["Idempotent-Replay"], "true")
        other = {**body, "lastName": "Else"}
        self.assertFailure(self.post(other, path="/customers"), 409, "idempotency_conflict")

    def test_id_of_another_contact_is_refused(self):
        data = self.make()
        taken = self.customer_body(id=data["id"])
        response = self.post(taken, self.manager, "/customers", headers={"X-Request-Id": "a" * 8})
        self.assertFailure(response, 409, "idempotency_conflict")
        hidden = self.env["res.partner"].create({"name": "B", "company_id": self.company_b.id})
        taken = self.customer_body(id=hidden.fynlo_uuid)
        self.assertFailure(self.post(taken, path="/customers"), 409, "idempotency_conflict")

    def test_every_bad_field_is_named(self):
        body = {
            "firstName": "", "lastName": 5, "email": "nobody", "phone": "call me", "type": "robot",
            "tags": ["a,b"], "address": {"street1": "x", "city": "y"}, "pay": 1, "id": "7",
            "preferences": {"fax": {"marketing": True}, "email": {"marketing": "yes"}},
        }  # fmt: skip
        fields = {
            "firstName", "lastName", "email", "phone", "type", "tags.0", "address.state",
            "address.postalCode", "pay", "id", "preferences.fax", "preferences.email.marketing",
        }  # fmt: skip
        response = self.post(body, path="/customers")
        self.assertFailure(response, 422, "invalid_fields", fields)
        response = self.post({}, path="/customers")
        required = ["firstName", "lastName", "email", "phone"]
        self.assertFailure(response, 422, "invalid_fields", required)

    def test_unknown_country_or_state_is_named(self):
        for address, field in (
            ({**ADDRESS, "country": "XX"}, "address.country"),
            ({**ADDRESS, "state": "Bavaria"}, "address.state"),
            ({**ADDRESS, "state": "%"}, "address.state"),
        ):
            response = self.post(self.customer_body(address=address), path="/customers")
            self.assertFailure(response, 422, "invalid_fields", [field])
        data = self.make(address={**ADDRESS, "state": "new york", "country": "us"})
        self.assertEqual((data["address"]["state"], data["address"]["country"]), ("NY", "US"))

    def test_business_has_a_name_of_its_own(self):
        data = self.make(type="business", businessName="Nuts & Bolts %_\\ 🔩", lastName=None)
        self.assertEqual((data["type"], data["name"]), ("business", "Nuts & Bolts %_\\ 🔩"))
        self.assertEqual((data["firstName"], data["lastName"]), ("Jane", None))
        self.assertTrue(self.partner_of(data).is_company)
        changed = self.put(f"/customers/{data['id']}", {"firstName": "Joe"})
        self.assertEqual(self.assertSuccess(changed)["name"], "Nuts & Bolts %_\\ 🔩")

    def test_duplicate_email_or_phone_asks_first(self):
        data = self.make(email="Twin@example.com", phone="+1 212 555 0144")
        for extra in ({"email": "twin@EXAMPLE.com"}, {"phone": "001-212-555-0144"}):
            response = self.post(self.customer_body(**extra), path="/customers")
            envelope = self.assertFailure(response, 409, "duplicate_customer")
            self.assertEqual(envelope["details"]["customers"], [data["id"]])
            self.make(**extra, allowDuplicate=True)
        other = self.make()
        response = self.put(f"/customers/{other['id']}", {"email": "twin@example.com"})
        self.assertFailure(response, 409, "duplicate_customer")
        self.assertSuccess(self.put(f"/customers/{data['id']}", {"email": "twin@example.com"}))

    def test_change_keeps_what_it_does_not_name(self):
        data = self.make(tags=["A"], address=ADDRESS, phone="2125550123")
        change = {"version": 1, "lastName": "O'Neil", "phone": None, "tags": ["B"]}
        changed = self.assertSuccess(self.put(f"/customers/{data['id']}", change))
        self.assertEqual((changed["name"], changed["phone"]), ("Jane O'Neil", None))
        self.assertEqual((changed["tags"], changed["email"]), (["B"], data["email"]))
        self.assertEqual(changed["address"]["street1"], "1 Main St")
        self.assertGreater(changed["version"], 1)
        cleared = self.assertSuccess(self.put(f"/customers/{data['id']}", {"address": None}))
        self.assertIsNone(cleared["address"])

    def test_stale_version_is_told(self):
        data = self.make()
        self.partner_of(data).name = "Changed In Office"
        change = {"version": data["version"], "note": "x"}
        envelope = self.assertFailure(
            self.put(f"/customers/{data['id']}", change), 409, "stale_version"
        )
        current = self.get(f"/customers/{data['id']}")
        self.assertEqual((current["firstName"], current["lastName"]), ("Changed In", "Office"))
        self.assertEqual(envelope["details"]["version"], current["version"])
        self.assertIsNone(current["note"])

    def test_bad_change_is_named(self):
        path = f"/customers/{self.make()['id']}"
        change = {"firstName": None, "status": None, "type": None, "tags": None, "version": 0}
        fields = ["firstName", "status", "type", "tags", "version"]
        self.assertFailure(self.put(path, change), 422, "invalid_fields", fields)

    def test_delete_archives_and_a_manager_takes_up_again(self):
        data = self.make()
        path = f"/customers/{data['id']}"
        self.assertFailure(self.delete(path, self.token), 403, "forbidden")
        self.assertTrue(self.partner_of(data).active)
        self.assertSuccess(self.delete(path))
        self.assertSuccess(self.delete(path))
        self.assertFalse(self.partner_of(data).active)
        self.assertEqual(self.get(path)["status"], "inactive")
        self.assertFailure(self.put(path, {"status": "active"}), 403, "forbidden")
        self.assertSuccess(self.put(path, {"status": "active"}, self.manager))
        self.assertTrue(self.partner_of(data).active)

    def test_suspended_customer_is_shown_and_may_buy(self):
        data = self.make()
        path = f"/customers/{data['id']}"
        self.assertSuccess(self.put(path, {"status": "suspended"}, self.manager))
        self.sell_to(data)
        self.assertEqual(self.get(path)["status"], "suspended")
        self.partner_of(data).active = False
        self.assertEqual(self.get(path)["status"], "inactive")

    def test_others_are_hidden_as_unknown(self):
        partners = self.env["res.partner"]
        foreign = partners.create(
            {"name": "Theirs", "company_id": self.company_b.id, "fynlo_is_customer": True}
        )
        vendor = partners.create({"name": "Vendor", "supplier_rank": 1})
        for uuid in (foreign.fynlo_uuid, vendor.fynlo_uuid, str(uuid4())):
            for method, path, body in (
                ("GET", "", None), ("PUT", "", {"note": "x"}), ("DELETE", "", None),
                ("DELETE", "?erase=true", None), ("POST", "/merge", {"sourceIds": [uuid]}),
                ("GET", "/addresses", None), ("POST", "/addresses", ADDRESS),
                ("PUT", f"/addresses/{uuid}", ADDRESS), ("DELETE", f"/addresses/{uuid}", None),
                ("GET", "/preferences", None), ("PUT", "/preferences", {}),
                ("GET", "/orders", None), ("GET", "/export", None),
            ):  # fmt: skip
                response = self.api(method, f"/customers/{uuid}{path}", body, token=self.manager)
                self.assertFailure(response, 404, "not_found")
        self.assertFalse(foreign.comment)

    def test_audit_names_fields_and_never_what_is_in_them(self):
        data = self.make(note="secret words")
        self.assertSuccess(self.put(f"/customers/{data['id']}", {"lastName": "Hidden"}))
        rows = self.env["fynlo.audit"].search([("subject_uuid", "=", data["id"])], order="id")
        self.assertEqual(rows.mapped("action"), ["customer.create", "customer.update"])
        self.assertEqual([row.data for row in rows], [{}, {"fields": ["last_name"]}])
