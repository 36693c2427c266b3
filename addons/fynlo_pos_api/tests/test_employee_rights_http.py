from odoo.addons.fynlo_base.tests.common import PIN
from odoo.tests import tagged

from .test_employees_http import EmployeesCase


@tagged("post_install", "-at_install")
class TestEmployeeRightsHttp(EmployeesCase):
    """Who may do what to whom."""

    def owner_employee(self, user, name):
        return self._make_employee(name, "owner", pin=None, user_id=user.id)

    def test_nobody_gives_a_role_above_his_own(self):
        self.assertFailure(self.create(role="owner"), 403, "forbidden")
        data = self.assertSuccess(self.create(role="manager"), 201)
        response = self.update(data, version=1, role="owner")
        self.assertFailure(response, 403, "forbidden")
        self.assertEqual(self.record(data).fynlo_role, "manager")
        response = self.update(data, self.owner, version=1, role="owner")
        self.assertFailure(response, 422, "business_rule")  # needs an Odoo user of his own

    def test_who_stands_higher_is_out_of_reach(self):
        olga = self.owner_employee(self.olga, "Olga")
        version = olga.fynlo_version
        for response in (
            self.update(olga, version=version, name="Boss"),
            self.archive(olga),
            self.api("PUT", f"{self.path(olga)}/pin", {"pin": "7391"}, self.manager),
        ):
            self.assertFailure(response, 403, "forbidden")
        self.env.invalidate_all()
        self.assertEqual((olga.name, olga.active), ("Olga", True))
        self.assertFalse(olga.fynlo_pin_set_at)

    def test_nobody_changes_his_own_rights_and_pay_or_archives_himself(self):
        version = self.max.fynlo_version
        for values in ({"role": "cashier"}, {"hourlyCost": 9900}, {"stores": []}):
            response = self.update(self.max, version=version, **values)
            self.assertFailure(response, 409, "own_record")
        self.assertFailure(self.archive(self.max), 409, "own_record")
        olga = self.owner_employee(self.olga, "Olga")
        self.owner_employee(self._make_user("oscar", "owner"), "Oscar")
        self.assertFailure(self.archive(olga, self.owner), 409, "own_record")
        self.assertSuccess(self.update(self.max, version=version, phone="+44 1"))

    def test_an_owner_stays(self):
        owners = self.env["hr.employee"].search([("fynlo_role", "=", "owner")])
        owners.fynlo_role = "manager"
        oscar = self.owner_employee(self._make_user("oscar", "owner"), "Oscar")
        self.assertFailure(self.archive(oscar, self.owner), 409, "last_owner")
        response = self.update(oscar, self.owner, version=oscar.fynlo_version, role="manager")
        self.assertFailure(response, 409, "last_owner")
        self.env.invalidate_all()
        self.assertEqual((oscar.active, oscar.fynlo_role), (True, "owner"))
        ora = self.owner_employee(self._make_user("ora", "owner"), "Ora")
        ora.active = False  # who is archived does not count
        self.assertFailure(self.archive(oscar, self.owner), 409, "last_owner")
        ora.active = True
        self.assertFalse(self.assertSuccess(self.archive(oscar, self.owner))["active"])

    def test_web_client_keeps_an_owner_too(self):
        owners = self.env["hr.employee"].search([("fynlo_role", "=", "owner")])
        owners.fynlo_role = "manager"
        oscar = self.owner_employee(self._make_user("oscar", "owner"), "Oscar")
        with self.assertRaisesRegex(Exception, "somebody else an owner"):
            oscar.with_user(self.olga).action_archive()

    def test_who_answers_for_a_drawer_stays(self):
        drawer = {"name": "Bar", "config_id": self.till.store.id}
        drawer = self.env["fynlo.drawer"].create({**drawer, "device_id": self.corner_device.id})
        path = f"/drawers/{drawer.fynlo_uuid}/shifts"
        body = {"id": drawer.fynlo_uuid, "countedCash": 0}
        self.assertSuccess(self.post(body, path=path), 201)
        envelope = self.assertFailure(self.archive(self.ada), 409, "drawers_open")
        self.assertEqual(envelope["details"]["shifts"][0]["employee"], "Ada")
        self.env.invalidate_all()
        self.assertTrue(self.ada.active)

    def test_who_is_limited_to_stores_gives_no_others(self):
        mia = self._make_employee("Mia", "manager", stores=self.till.store)
        token = self.token_for(mia, self.corner_device)
        own, other = self.till.store.fynlo_uuid, self.store_2.fynlo_uuid
        self.assertFailure(self.create(token), 422, "invalid_fields", ["stores"])
        response = self.create(token, stores=[own, other])
        self.assertFailure(response, 422, "invalid_fields", ["stores.1"])
        data = self.assertSuccess(self.create(token, role="cashier", stores=[own]), 201)
        response = self.update(data, token, version=1, stores=[])
        self.assertFailure(response, 422, "invalid_fields", ["stores"])
        response = self.update(self.ada, token, version=self.ada.fynlo_version, stores=[own])
        self.assertFailure(response, 403, "forbidden")
        self.env.invalidate_all()
        self.assertFalse(self.ada.fynlo_store_ids)

    def write_pin(self, employee, pin, token=None):
        path = f"{self.path(employee)}/pin"
        return self.api("PUT", path, {"pin": pin}, token=token or self.manager)

    def sign_in(self, pin):
        body = {"employeeId": self.ada.fynlo_uuid, "pin": pin}
        return self.api("POST", "/auth/pin", body, token=self.token_for(self.corner_device))

    def test_new_pin_ends_what_is_open_and_is_told_to_nobody(self):
        self.assertSuccess(self.api("GET", "/auth/me", token=self.token))
        response = self.write_pin(self.ada, "8264")
        self.assertTrue(self.assertSuccess(response)["hasPin"])
        self.assertNotIn('"8264', response.text)
        response = self.api("GET", "/auth/me", token=self.token)
        self.assertFailure(response, 401, "token_invalid")
        self.assertFailure(self.sign_in(PIN), 401, "pin_invalid")
        self.assertSuccess(self.sign_in("8264"))
        for pin in ("1234", "7777"):
            self.assertFailure(self.write_pin(self.ada, pin), 422, "weak_pin")
        self.assertSuccess(self.sign_in("8264"))

    def test_pin_can_be_taken_away(self):
        self.assertFalse(self.assertSuccess(self.write_pin(self.ada, None))["hasPin"])
        self.assertFailure(self.api("GET", "/auth/me", token=self.token), 401, "token_invalid")
        self.assertFailure(self.sign_in(PIN), 401, "pin_invalid")
        entry = self.env["fynlo.audit"].search([("action", "=", "employee.clear_pin")], limit=1)
        self.assertEqual(entry.subject_uuid, self.ada.fynlo_uuid)

    def test_reset_opens_a_lock(self):
        for _ in range(5):
            self.assertFailure(self.sign_in("7392"), 401, "pin_invalid")
        self.assertFailure(self.sign_in(PIN), 429, "locked_out")
        self.assertSuccess(self.write_pin(self.ada, "8264"))
        self.assertSuccess(self.sign_in("8264"))

    def test_pin_and_token_are_needed_to_change_anybody(self):
        for method, path in (
            ("POST", "/employees"),
            ("PUT", self.path(self.ada)),
            ("DELETE", self.path(self.ada)),
            ("PUT", f"{self.path(self.ada)}/pin"),
        ):
            body = None if method == "DELETE" else {}
            self.assertFailure(self.api(method, path, body), 401, "token_missing")
            response = self.api(method, path, body, token=self.token)
            self.assertFailure(response, 403, "forbidden")

    def test_what_was_done_is_in_the_audit_trail(self):
        data = self.assertSuccess(self.create(role="cashier", hourlyCost=1850), 201)
        self.assertSuccess(self.update(data, version=1, hourlyCost=2000, name="Nia Two"))
        self.assertSuccess(self.archive(data))
        domain = [("subject_uuid", "=", data["id"])]
        entries = self.env["fynlo.audit"].search(domain, order="id")
        actions = ["employee.create", "employee.update", "employee.archive"]
        self.assertEqual(entries.mapped("action"), actions)
        self.assertEqual(entries[1].data, {"fields": ["hourly_cost", "name"], "role": "cashier"})
        self.assertEqual(set(entries.mapped("employee_id")), {self.max.id})
