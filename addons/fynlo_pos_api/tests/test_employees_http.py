from uuid import uuid4

from odoo.addons.fynlo_base.tests.common import PIN
from odoo.tests import tagged

from .common import SellingCase

UNKNOWN = "00000000-0000-7000-8000-0000000000ff"


class EmployeesCase(SellingCase):
    """``manager`` is Max's token on the corner's till, ``owner`` is Olga's by password."""

    def setUp(self):
        super().setUp()
        self.manager = self.token_for(self.max, self.corner_device)
        self.owner = self.token_for(self.olga)

    def new(self, **values):
        return {"id": str(uuid4()), "name": "Nia O'Brien", **values}

    def create(self, token=None, **values):
        return self.post(self.new(**values), token or self.manager, "/employees")

    def path(self, employee):
        uuid = employee["id"] if isinstance(employee, dict) else employee.fynlo_uuid
        return f"/employees/{uuid}"

    def read(self, employee, token=None):
        return self.api("GET", self.path(employee), token=token or self.manager)

    def update(self, employee, token=None, **values):
        headers = {"X-Store-Id": self.till.store.fynlo_uuid}
        token = token or self.manager
        return self.api("PUT", self.path(employee), values, token=token, headers=headers)

    def archive(self, employee, token=None):
        headers = {"X-Store-Id": self.till.store.fynlo_uuid}
        return self.api("DELETE", self.path(employee), token=token or self.manager, headers=headers)

    def record(self, data):
        self.env.invalidate_all()
        employees = self.env["hr.employee"].with_context(active_test=False)
        return employees.search([("fynlo_uuid", "=", data["id"])])


@tagged("post_install", "-at_install")
class TestEmployeesHttp(EmployeesCase):
    def test_create_read_change_archive_and_back(self):
        job = self.env["hr.job"].create({"name": "Barista"})
        body = self.new(
            role="cashier",
            jobId=job.fynlo_uuid,
            email="nia@example.com",
            phone="+44 20 7946 0000",
            badge="NIA001",
            stores=[self.till.store.fynlo_uuid],
            hourlyCost=1850,
        )
        data = self.assertSuccess(self.post(body, self.manager, "/employees"), 201)
        file = data.pop("file")
        self.assertEqual(
            data,
            {
                "id": body["id"],
                "version": 1,
                "active": True,
                "name": "Nia O'Brien",
                "role": "cashier",
                "job": "Barista",
                "jobId": job.fynlo_uuid,
                "hasPin": False,
            },
        )
        stores = [{"id": self.till.store.fynlo_uuid, "name": "Corner"}]
        self.assertEqual((file["email"], file["phone"]), (body["email"], body["phone"]))
        self.assertEqual((file["badge"], file["stores"]), ("NIA001", stores))
        self.assertEqual((file["hourlyCost"], file["currency"]), (1850, "USD"))
        self.assertEqual((file["allStores"], file["pinSetAt"]), (False, None))
        self.assertEqual(self.assertSuccess(self.read(body)), {**data, "file": file})
        changed = self.update(data, version=1, role="supervisor", badge=None, jobId=None, stores=[])
        changed = self.assertSuccess(changed)
        self.assertEqual((changed["version"], changed["role"]), (2, "supervisor"))
        self.assertEqual((changed["jobId"], changed["file"]["badge"]), (None, None))
        self.assertTrue(changed["file"]["allStores"])
        self.assertEqual(changed["file"]["email"], "nia@example.com")
        archived = self.assertSuccess(self.archive(data))
        self.assertEqual((archived["active"], archived["role"]), (False, "supervisor"))
        self.assertEqual(self.assertSuccess(self.archive(data)), archived)
        self.assertEqual(self.assertSuccess(self.read(data)), archived)
        back = self.update(data, version=archived["version"], active=True)
        self.assertTrue(self.assertSuccess(back)["active"])

    def test_every_bad_field_is_named(self):
        bad = {"role": "boss", "jobId": 1, "email": "x", "phone": "call me", "badge": "Ä 1"}
        bad |= {"stores": ["x"], "hourlyCost": -1, "pin": PIN}
        fields = ["role", "jobId", "email", "phone", "badge", "stores.0", "hourlyCost", "pin"]
        body = {"id": "x", "name": "", **bad}
        response = self.post(body, self.manager, "/employees")
        self.assertFailure(response, 422, "invalid_fields", ["id", "name", *fields])
        response = self.update(self.ada, version=0, active=False, **bad)
        self.assertFailure(response, 422, "invalid_fields", ["version", "active", *fields])
        references = {"jobId": UNKNOWN, "stores": [UNKNOWN, self.store_b.fynlo_uuid]}
        response = self.create(**references, badge="B1")
        self.assertFailure(response, 422, "invalid_fields", ["jobId", "stores.0", "stores.1"])
        for text in ("12", "12345678901", "abcd", 7391, ""):
            response = self.api("PUT", f"{self.path(self.ada)}/pin", {"pin": text}, self.manager)
            self.assertFailure(response, 422, "invalid_fields", ["pin"])
        self.assertFalse(self.record(body | {"id": UNKNOWN}))

    def test_badge_is_had_once(self):
        self.bob.barcode = "BOB1"  # of another company, whom a manager cannot see
        response = self.create(badge="BOB1")
        self.assertFailure(response, 422, "invalid_fields", ["badge"])
        data = self.assertSuccess(self.create(badge="NIA1"), 201)
        response = self.update(self.ada, version=self.ada.fynlo_version, badge="NIA1")
        self.assertFailure(response, 422, "invalid_fields", ["badge"])
        same = self.update(data, version=1, badge="NIA1")
        self.assertEqual(self.assertSuccess(same)["file"]["badge"], "NIA1")

    def test_same_creation_twice_is_one(self):
        body = self.new(role="cashier")
        first = self.assertSuccess(self.post(body, self.manager, "/employees"), 201)
        second = self.post(body, self.manager, "/employees")
        self.assertEqual(second.headers["Idempotent-Replay"], "true")
        self.assertEqual(self.assertSuccess(second), first)
        other = self.post({**body, "role": None}, self.manager, "/employees")
        self.assertFailure(other, 409, "idempotency_conflict")
        self.assertEqual(len(self.record(body)), 1)

    def test_version_that_was_overtaken_is_refused(self):
        data = self.assertSuccess(self.create(), 201)
        self.assertSuccess(self.update(data, version=1, name="Nia Two"))
        envelope = self.assertFailure(
            self.update(data, version=1, name="Nia Three"), 409, "stale_version"
        )
        self.assertEqual(envelope["details"], {"version": 2})
        employee = self.record(data)
        self.assertEqual(employee.name, "Nia Two")
        employee.job_title = "Cook"  # in the web client
        self.assertEqual(self.record(data).fynlo_version, 3)
        employee.additional_note = "not told by the API"
        self.assertEqual(self.record(data).fynlo_version, 3)

    def test_pay_and_contact_are_for_managers(self):
        self.ada.write({"hourly_cost": 15.5, "work_email": "ada@example.com", "barcode": "ADA1"})
        for who in (self.ada, self.sue):
            response = self.read(self.ada, self.token_for(who, self.corner_device))
            self.assertIsNone(self.assertSuccess(response)["file"])
            for secret in ("1550", "15.5", "ada@example.com", "ADA1"):
                self.assertNotIn(secret, response.text)
        self.assertEqual(self.assertSuccess(self.read(self.ada))["file"]["hourlyCost"], 1550)
        for who in (self.ada, self.sue):
            token = self.token_for(who, self.corner_device)
            self.assertFailure(self.create(token), 403, "forbidden")
            self.assertFailure(self.update(self.ada, token, version=1), 403, "forbidden")
            self.assertFailure(self.archive(self.ada, token), 403, "forbidden")
        self.env.invalidate_all()
        self.assertTrue(self.ada.active)

    def test_hidden_and_unknown_look_the_same(self):
        harbour = self._make_employee("Harbour Hal", "cashier", stores=self.store_2)
        limited = self._make_employee("Mia", "manager", stores=self.till.store)
        manager = self.token_for(limited, self.corner_device)
        for who in (self.bob, harbour, {"id": UNKNOWN}):
            for token in (manager, self.token):
                self.assertFailure(self.read(who, token), 404, "not_found")
            self.assertFailure(self.update(who, manager, version=1), 404, "not_found")
            self.assertFailure(self.archive(who, manager), 404, "not_found")
            response = self.api("PUT", f"{self.path(who)}/pin", {"pin": "7391"}, manager)
            self.assertFailure(response, 404, "not_found")
        self.env.invalidate_all()
        self.assertTrue(self.bob.active and harbour.active)

    def test_names_stay_on_what_was_sold(self):
        body = self.paid_body()
        self.assertSuccess(self.post(body), 201)
        self.assertSuccess(self.archive(self.ada))
        data = self.assertSuccess(self.api("GET", f"/orders/{body['id']}", token=self.manager))
        self.assertEqual(data["employee"], {"id": self.ada.fynlo_uuid, "name": "Ada"})
        order = self.order_of(body)
        self.assertEqual((order.employee_id, order.cashier), (self.ada, "Ada"))
        self.assertFailure(self.post(self.paid_body()), 401, "token_invalid")

    def test_jobs_are_listed(self):
        job = self.env["hr.job"].create({"name": "Sommelier"})
        self.ada.job_id = job
        data = self.assertSuccess(self.api("GET", "/jobs?limit=100", token=self.manager))
        expected = {"id": job.fynlo_uuid, "name": "Sommelier", "employees": 1}
        self.assertIn(expected, data["jobs"])
        self.assertFailure(self.api("GET", "/jobs", token=self.token), 403, "forbidden")


@tagged("post_install", "-at_install")
class TestEmployeeSearchHttp(EmployeesCase):
    def found(self, query, token=None):
        response = self.api("GET", f"/employees?limit=100{query}", token=token or self.manager)
        return [each["name"] for each in self.assertSuccess(response)["employees"]]

    def test_odd_words_are_only_words(self):
        odd = ["100%", "a_b", "back\\slash", "D'Arcy", "Zoë 🎂", "x" * 250]
        for name in odd:
            self._make_employee(name, "cashier", pin=None)
        for words, name in [
            ("0%25", "100%"),
            ("a_b", "a_b"),
            ("k%5Cs", "back\\slash"),
            ("D'Ar", "D'Arcy"),
            ("%F0%9F%8E%82", "Zoë 🎂"),
            ("x" * 250, "x" * 250),
        ]:
            self.assertEqual(self.found(f"&query={words}"), [name])
        self.assertEqual(self.found("&query=%25%25"), [])

    def test_managers_find_by_contact_and_others_do_not(self):
        self.ada.write({"work_email": "lovelace@example.com", "barcode": "ADA42"})
        self.ada.job_title = "Shift lead"
        for words in ("lovelace", "ADA42", "shift l"):
            self.assertEqual(self.found(f"&query={words}"), ["Ada"])
        self.assertEqual(self.found("&query=ADA4"), [])  # a badge is a key, and named whole
        for words in ("lovelace", "ADA42"):
            self.assertEqual(self.found(f"&query={words}", self.token), [])
        self.assertEqual(self.found("&query=shift l", self.token), ["Ada"])

    def test_archived_ones_are_for_managers(self):
        self._make_employee("Gone", "cashier").active = False
        self.assertEqual(self.found("&status=archived&query=Gone"), ["Gone"])
        self.assertIn("Gone", self.found("&status=all"))
        self.assertNotIn("Gone", self.found(""))
        for status in ("archived", "all"):
            response = self.api("GET", f"/employees?status={status}", token=self.token)
            self.assertFailure(response, 403, "forbidden")

    def test_pages_do_not_overlap(self):
        for _ in range(5):
            self._make_employee("Twin", "cashier", pin=None)
        for order in ("&sortBy=name&sortOrder=desc", "&sortBy=createdAt", ""):
            seen = []
            for page in range(1, 4):
                path = f"/employees?query=Twin&limit=2&page={page}{order}"
                data = self.assertSuccess(self.api("GET", path, token=self.manager))
                self.assertEqual((data["total"], data["totalPages"]), (5, 3))
                seen += [each["id"] for each in data["employees"]]
            self.assertEqual(len(set(seen)), 5)
