"""Managers who work on the same people at the same moment, under real connections."""

import json
from functools import partial
from uuid import uuid4

from odoo.addons.fynlo_base.exceptions import (
    ConflictError,
    InvalidFieldsError,
    StaleVersionError,
)
from odoo.addons.fynlo_base.http.transaction import run_with_retry
from odoo.addons.fynlo_base.principal import CONTEXT_KEY, Principal
from odoo.addons.fynlo_base.tests.parallel import committing_env, run_parallel
from odoo.fields import Command
from odoo.tests import BaseCase, get_db_name, tagged

from ..exceptions import LastOwnerError
from ..schemas.employee_edits import EmployeeCreate, EmployeeUpdate


@tagged("post_install", "-at_install")
class TestEmployeeParallel(BaseCase):
    def setUp(self):
        super().setUp()
        self.dbname, self.mark = get_db_name(), uuid4().hex[:8]
        with committing_env(self.dbname) as env:
            self.company_id = env["res.company"].create({"name": f"Race {self.mark}"}).id
            groups = env.ref("base.group_user") | env.ref("fynlo_base.group_fynlo_owner")
            self.owners = [self.make_owner(env, number, groups) for number in range(2)]
        self.addCleanup(self.archive_all)

    def make_owner(self, env, number, groups):
        """Return ``(user id, id and public id of the employee)``."""
        name = f"owner-{self.mark}-{number}"
        vals = {"name": name, "login": name, "company_id": self.company_id}
        vals |= {"company_ids": [Command.set([self.company_id])]}
        vals |= {"group_ids": [Command.set(groups.ids)]}
        user = env["res.users"].with_context(no_reset_password=True).create(vals)
        vals = {"name": name, "company_id": self.company_id, "user_id": user.id}
        employee = env["hr.employee"].create({**vals, "fynlo_role": "owner"})
        return user.id, employee.id, employee.fynlo_uuid

    def archive_all(self):
        with committing_env(self.dbname) as env:
            people = env["hr.employee"].search([("company_id", "=", self.company_id)])
            people.write({"active": False, "barcode": False})
            env["res.users"].browse([owner[0] for owner in self.owners]).active = False
            env["res.company"].browse(self.company_id).active = False

    def act(self, env, number, step):
        user_id, employee_id, _uuid = self.owners[number]
        principal = Principal(
            user_id=user_id, company_id=self.company_id, role="owner",
            session=str(uuid4()), employee_id=employee_id,
        )  # fmt: skip
        context = {CONTEXT_KEY: principal, "allowed_company_ids": [self.company_id]}
        acting = env(user=user_id, context=context, su=False)
        result = run_with_retry(acting, lambda: step(acting["hr.employee"], number))
        env.cr.commit()
        return result

    def at_once(self, step):
        """Let both owners do ``step(employees, number)`` at the same moment."""
        numbers = iter(range(2))
        return run_parallel(self.dbname, lambda env: self.act(env, next(numbers), step), 2)

    def create(self, employees, number, badge=None, uuid=None):
        body = {"id": uuid or str(uuid4()), "name": f"New {self.mark} {number}", "badge": badge}
        command = EmployeeCreate.model_validate_json(json.dumps(body))
        return employees._fynlo_create_employee(command)[0].fynlo_uuid

    def assertOneWins(self, results, error):
        refused = [result for result in results if isinstance(result, error)]
        self.assertEqual(len(refused), 1, results)
        self.assertEqual(len([each for each in results if isinstance(each, str)]), 1, results)

    def test_two_owners_cannot_archive_each_other(self):
        def archive(employees, number):
            other = self.owners[1 - number][2]
            return employees._fynlo_archive_employee(other)[0].fynlo_uuid

        self.assertOneWins(self.at_once(archive), LastOwnerError)
        with committing_env(self.dbname) as env:
            domain = [("company_id", "=", self.company_id), ("fynlo_role", "=", "owner")]
            self.assertEqual(env["hr.employee"].search_count(domain), 1)

    def test_one_of_two_changes_of_the_same_version_is_stale(self):
        with committing_env(self.dbname) as env:
            uuid = self.act(env, 0, self.create)

        def change(employees, number):
            body = {"version": 1, "name": f"Changed {number}"}
            command = EmployeeUpdate.model_validate_json(json.dumps(body))
            return employees._fynlo_update_employee(uuid, command)[0].name

        self.assertOneWins(self.at_once(change), StaleVersionError)

    def test_one_badge_goes_to_one_person(self):
        results = self.at_once(partial(self.create, badge=f"B{self.mark}"))
        self.assertOneWins(results, InvalidFieldsError)

    def test_one_creation_sent_by_two_is_one(self):
        results = self.at_once(partial(self.create, uuid=str(uuid4())))
        self.assertOneWins(results, ConflictError)
