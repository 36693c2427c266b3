from uuid import UUID

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..exceptions import ForbiddenError, LockedOutError, PinInvalidError, WeakPinError
from ..models import hr_employee_pin
from ..schemas.pin import PinSignIn
from .common import PIN, WRONG_PIN, FynloCase


@tagged("post_install", "-at_install")
class TestPin(FynloCase):
    def sign_in(self, employee, pin=PIN, device=None):
        """``employee``: a record, or the UUID of nobody."""
        env = self.env_as(device or self.device)
        uuid = employee if isinstance(employee, UUID) else UUID(employee.fynlo_uuid)
        command = PinSignIn(employeeId=uuid, pin=pin)
        return env["hr.employee"]._fynlo_sign_in(command)

    def guess(self, employee, times, device=None):
        for _ in range(times):
            with self.assertRaises(PinInvalidError):
                self.sign_in(employee, WRONG_PIN, device)

    # --- Setting

    def test_the_stored_verifier_tells_nothing(self):
        self.env.flush_all()
        people = tuple((self.ada + self.sue).ids)
        self.env.cr.execute("SELECT fynlo_pin_verifier FROM hr_employee WHERE id IN %s", [people])
        first, second = (row[0] for row in self.env.cr.fetchall())
        self.assertRegex(first, r"^1\$[0-9a-f]{32}\$[0-9a-f]{64}$")
        self.assertNotEqual(first, second)

    def test_weak_pins_are_refused(self):
        for pin in ("", "123", "0000", "1234", "12ab", "123456789"):
            with self.assertRaises(WeakPinError):
                self.ada._fynlo_set_pin(pin)
        self.assertTrue(self.ada._fynlo_check_pin(PIN))

    def test_a_new_pin_replaces_the_old_one_and_ends_sign_ins(self):
        self.token_for(self.ada)
        self.ada._fynlo_set_pin("8264")
        self.assertTrue(self.ada._fynlo_check_pin("8264"))
        self.assertFalse(self.ada._fynlo_check_pin(PIN))
        session = self.env["fynlo.auth.session"].search([("employee_id", "=", self.ada.id)])
        self.assertTrue(session.revoked_at)

    def test_who_may_set_whose_pin(self):
        chief = self._make_employee("Olga", "owner", user_id=self.olga.id)
        allowed = [(self.max, self.ada), (self.max, self.max), (self.olga, chief)]
        for who, employee in allowed:
            employee.with_env(self.env_as(who))._fynlo_set_pin("8264")
        refused = [
            (self.max, chief, ForbiddenError),
            (self.sue, self.ada, AccessError),
            (self.ada, self.ada, AccessError),
        ]
        for who, employee, error in refused:
            with self.assertRaises(error):
                employee.with_env(self.env_as(who))._fynlo_set_pin("9517")
            self.assertFalse(employee._fynlo_check_pin("9517"))

    def test_no_user_reads_the_verifier(self):
        admin = self._make_user("root2", "owner")
        admin.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        employees = self.ada.with_user(admin)
        name = "fynlo_pin_verifier"
        for read in (
            lambda: employees.read([name]),
            lambda: employees.export_data([name]),
            lambda: employees[name],
            lambda: employees.search([(name, "=like", "1%")]),
            lambda: employees.search([], order=name),
            lambda: employees._read_group([], [name]),
            lambda: employees.write({name: "x"}),
        ):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                read()
        self.assertNotIn(name, employees.fields_get())
        self.assertNotIn(name, employees.read()[0])

    def test_a_copy_of_an_employee_has_no_access(self):
        copied = self.ada.copy_data()[0]
        self.assertIn("legal_name", copied)
        self.assertFalse({key for key in copied if key.startswith("fynlo_")})

    # --- Signing in

    def test_sign_in_opens_a_session_of_the_employee_on_the_till(self):
        employee, role, tokens = self.sign_in(self.ada)
        self.assertEqual((employee, role), (self.ada, "cashier"))
        self.assertIsNone(tokens.refresh_token)
        session = self.env["fynlo.auth.session"].search([("employee_id", "=", self.ada.id)])
        self.assertEqual(session.user_id, self.company._fynlo_technical_user("cashier"))
        self.assertEqual(session.device_id, self.device)
        self.assertEqual(session.store_ids, self.store)

    def test_who_has_no_access_here_gets_the_answer_of_a_wrong_pin(self):
        elsewhere = self._make_employee("Eve", "cashier", stores=self.store_2)
        idle = self._make_employee("Ian", False)
        gone = self._make_employee("Gus", "cashier", active=False)
        nameless = self._make_employee("Nil", "cashier", pin=None)
        for employee in (elsewhere, idle, gone, nameless, self.bob):
            with self.assertRaises(PinInvalidError):
                self.sign_in(employee)
        self.assertEqual(self.sign_in(elsewhere, device=self.device_2)[0], elsewhere)

    def test_an_odoo_user_limited_to_other_stores_cannot_sign_in(self):
        user = self._make_user("carl", "cashier", stores=self.store_2)
        carl = self._make_employee("Carl", "cashier", user_id=user.id)
        with self.assertRaises(PinInvalidError):
            self.sign_in(carl)
        self.assertEqual(self.sign_in(carl, device=self.device_2)[0], carl)

    # --- Gates

    def test_five_wrong_pins_lock_the_pair_for_five_minutes(self):
        self.guess(self.ada, 5)
        with self.assertRaises(LockedOutError) as refusal:
            self.sign_in(self.ada)
        self.assertAlmostEqual(int(refusal.exception.headers["Retry-After"]), 300, delta=5)
        self.assertEqual(self.sign_in(self.sue)[0], self.sue)
        self.assertEqual(self.sign_in(self.ada, device=self.device_2)[0], self.ada)

    def test_the_right_pin_clears_the_count_of_its_pair(self):
        self.guess(self.ada, 4)
        self.sign_in(self.ada)
        self.guess(self.ada, 4)
        self.assertEqual(self.sign_in(self.ada)[0], self.ada)

    def test_an_unknown_employee_is_locked_like_a_known_one(self):
        nobody = UUID("01930000-0000-7000-8000-000000000000")
        self.guess(nobody, 5)
        with self.assertRaises(LockedOutError):
            self.sign_in(nobody)

    def test_twenty_wrong_pins_lock_the_till_for_an_hour(self):
        team = [self._make_employee(f"E{index}", "cashier") for index in range(5)]
        for employee in team:
            self.sign_in(self.sue)  # who knows a PIN cannot clear the count of the others
            self.guess(employee, 4)
        with self.assertRaises(LockedOutError) as refusal:
            self.sign_in(self.sue)
        self.assertAlmostEqual(int(refusal.exception.headers["Retry-After"]), 3600, delta=5)
        self.assertEqual(self.sign_in(self.sue, device=self.device_2)[0], self.sue)

    def test_a_closed_till_counts_nothing_against_an_employee(self):
        gate = (f"pin-device:{self.device.fynlo_uuid}", hr_employee_pin.DEVICE_POLICY)
        for _ in range(20):
            self.env["fynlo.lockout"]._fynlo_attempt(*gate)
        for _ in range(6):
            with self.assertRaises(LockedOutError):
                self.sign_in(self.ada)
        self.assertFalse(self.ada.fynlo_locked_until)

    def test_fifty_wrong_pins_from_many_tills_lock_the_employee(self):
        tills = [self._make_device(f"T{index}", self.store) for index in range(13)]
        for till in tills[:12]:
            self.guess(self.ada, 4, till)
        self.guess(self.ada, 2, tills[12])
        with self.assertRaises(LockedOutError) as refusal:
            self.sign_in(self.ada, device=self.device)
        self.assertAlmostEqual(int(refusal.exception.headers["Retry-After"]), 900, delta=5)

    def test_a_manager_unlocks(self):
        self.guess(self.ada, 5)
        self.assertTrue(self.ada.fynlo_locked_until)
        with self.assertRaises(AccessError):
            self.ada.with_env(self.env_as(self.sue))._fynlo_unlock()
        self.ada.with_env(self.env_as(self.max))._fynlo_unlock()
        self.ada.invalidate_recordset()
        self.assertFalse(self.ada.fynlo_locked_until)
        self.assertEqual(self.sign_in(self.ada)[0], self.ada)

    # --- Whom an employee acts as

    def test_an_employee_acts_as_his_user_of_the_same_role(self):
        user = self._make_user("cara", "cashier")
        cara = self._make_employee("Cara", "cashier", user_id=user.id)
        self.assertEqual(cara._fynlo_acting_user(), (user, "cashier"))

    def test_the_lower_role_of_employee_and_user_counts(self):
        cashier, manager = self._make_user("cleo", "cashier"), self._make_user("mia", "manager")
        promoted = self._make_employee("Cleo", "manager", user_id=cashier.id)
        self.assertEqual(promoted._fynlo_acting_user(), (cashier, "cashier"))
        # Four digits never carry the rights of a manager's account.
        helper = self._make_employee("Mia", "cashier", user_id=manager.id)
        technical = self.company._fynlo_technical_user("cashier")
        self.assertEqual(helper._fynlo_acting_user(), (technical, "cashier"))

    def test_a_user_without_a_role_or_of_another_company_does_not_count(self):
        technical = self.company._fynlo_technical_user("supervisor")
        plain = self._make_employee("Pia", "supervisor", user_id=self._make_user("pia", None).id)
        self.assertEqual(plain._fynlo_acting_user(), (technical, "supervisor"))

    def test_an_archived_user_closes_the_till_too(self):
        user = self._make_user("zoe", "cashier")
        zoe = self._make_employee("Zoe", "cashier", user_id=user.id)
        user.active = False
        with self.assertRaises(ForbiddenError):
            self.sign_in(zoe)

    def test_an_owner_needs_a_user_of_his_own(self):
        with self.assertRaises(ValidationError):
            self._make_employee("Rich", "owner")
        user = self._make_user("mona", "manager")
        with self.assertRaises(ValidationError):
            self._make_employee("Mona", "owner", user_id=user.id)
        chief = self._make_employee("Olga", "owner", user_id=self.olga.id)
        self.assertEqual(chief._fynlo_acting_user(), (self.olga, "owner"))

    def test_an_id_that_is_no_uuid_opens_no_gate(self):
        manager = self._make_user("mara", "manager")
        employees = self.env["hr.employee"].with_user(manager)
        for forged in ("%", "_" * 36, "ADA", str(self.ada.fynlo_uuid).upper()):
            with (
                self.subTest(forged=forged),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
                mute_logger("odoo.sql_db"),
            ):
                employees.create({"name": "Friend", "fynlo_uuid": forged})

    # --- Who gives roles

    def test_pin_is_taken_away_with_the_sign_ins(self):
        manager = self._make_user("mara", "manager")
        token = self.token_for(self.ada)
        self.assertTrue(token)
        self.ada.with_user(manager).action_fynlo_clear_pin()
        self.assertFalse(self.ada.fynlo_pin_set_at)
        self.assertFalse(self.ada._fynlo_check_pin(PIN))
        sessions = self.env["fynlo.auth.session"].search([("employee_id", "=", self.ada.id)])
        self.assertTrue(all(session.revoked_at for session in sessions))
        for role in ("cashier", "supervisor"):
            user = self._make_user(f"u-{role}", role)
            with self.assertRaises(AccessError):
                self.sue.with_user(user).action_fynlo_clear_pin()
        self.assertTrue(self.sue.fynlo_pin_set_at)

    def test_nobody_gives_a_role_above_his_own(self):
        manager = self._make_user("mara", "manager")
        self.ada.with_user(manager).fynlo_role = "manager"
        self.assertEqual(self.ada.fynlo_role, "manager")
        self.ada.user_id = self.olga
        with self.assertRaises(ForbiddenError):
            self.ada.with_user(manager).fynlo_role = "owner"
        self.ada.with_user(self.olga).fynlo_role = "owner"
        with self.assertRaises(ForbiddenError):
            self.ada.with_user(manager).fynlo_role = "cashier"

    def test_an_hr_officer_gives_no_roles(self):
        officer = self._make_user("hank", None)
        officer.group_ids = [Command.link(self.env.ref("hr.group_hr_user").id)]
        employees = self.env["hr.employee"].with_user(officer)
        with self.assertRaises(ForbiddenError):
            employees.create({"name": "Friend", "fynlo_role": "cashier"})
        with self.assertRaises(ForbiddenError):
            self.ada.with_user(officer).fynlo_store_ids = [Command.set(self.store.ids)]
        self.assertEqual(employees.create({"name": "Friend"}).fynlo_role, False)

    def test_a_default_in_the_context_gives_no_more_than_a_value(self):
        officer = self._make_user("hank", None)
        officer.group_ids = [Command.link(self.env.ref("hr.group_hr_user").id)]
        employees = self.env["hr.employee"].with_user(officer)
        for forged in (
            {"default_fynlo_role": "manager"},
            {"default_fynlo_store_ids": self.store.ids},
        ):
            with self.assertRaises(ForbiddenError):
                employees.with_context(**forged).create({"name": "Friend"})

    def test_losing_the_role_ends_sign_ins(self):
        for change in (
            {"fynlo_role": "kitchen"},
            {"fynlo_store_ids": [Command.set(self.store_2.ids)]},
            {"active": False},
        ):
            employee = self._make_employee("Temp", "cashier")
            self.token_for(employee)
            employee.write(change)
            session = self.env["fynlo.auth.session"].search([("employee_id", "=", employee.id)])
            self.assertTrue(session.revoked_at, change)
