from lxml import etree
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..schemas.employees import EmployeePage, EmployeeQuery
from .drawers import DrawerCase


@tagged("post_install", "-at_install")
class TestEmployeeViews(DrawerCase):
    def test_manager_sees_badge_pay_and_drawers(self):
        mara = self._make_user("mara", "manager")
        shift = self.take(self.bar, self.ada)
        self.count(shift, 9950)
        self.end(shift)
        employees = self.env["hr.employee"].with_user(mara)
        form = etree.fromstring(employees.get_view(view_type="form")["arch"])
        page = form.xpath("//page[@name='fynlo']")[0]
        for name in ("barcode", "hourly_cost", "fynlo_drawer_shift_ids"):
            self.assertTrue(page.xpath(f".//field[@name='{name}']"), name)
        spec = {"hourly_cost": {}, "fynlo_drawer_shift_ids": {"fields": {"difference": {}}}}
        [values] = self.ada.with_user(mara).web_read(spec)
        self.assertEqual([each["difference"] for each in values["fynlo_drawer_shift_ids"]], [-0.5])

    def test_cashier_with_an_odoo_user_reads_no_pay(self):
        carl = self._make_user("carl", "cashier")
        self.ada.hourly_cost = 15.5
        for name in ("hourly_cost", "fynlo_drawer_shift_ids", "fynlo_version"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.ada.with_user(carl).read([name])

    def test_page_of_many_costs_what_a_page_of_one_does(self):
        job = self.env["hr.job"].create({"name": "Barista"})
        for number in range(20):
            self._make_employee(f"Many {number}", "cashier", pin=None, job_id=job.id)
        env = self.as_(self.max)
        query = EmployeeQuery(query="Many", limit=50)
        EmployeePage.of(*env["hr.employee"]._fynlo_search_employees(query), query)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(4):
            employees, total = env["hr.employee"]._fynlo_search_employees(query)
            EmployeePage.of(employees, total, query)
        self.assertEqual(total, 20)

    def test_manager_neither_archives_nor_unlinks_an_owner(self):
        mia, boss = self._make_user("mia", "manager"), self._make_user("boss", "owner")
        employee = self._make_employee("Boss", "owner", user_id=boss.id)
        second = self._make_user("chief", "owner")
        self._make_employee("Chief", "owner", user_id=second.id)
        for vals in ({"active": False}, {"user_id": False}, {"fynlo_role": "manager"}):
            with self.subTest(vals), self.assertRaises(ForbiddenError):
                employee.with_user(mia).write(vals)
        self.env.invalidate_all()
        self.assertEqual((employee.active, employee.user_id), (True, boss))
        clerk = self._make_user("clerk", None)
        clerk.group_ids |= self.env.ref("hr.group_hr_user")
        self.ada.with_user(clerk).active = False
        self.assertFalse(self.ada.active)
