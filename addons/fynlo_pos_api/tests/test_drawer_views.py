from lxml import etree, html
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..exceptions import ReasonRequiredError
from .drawers import DrawerCase
from .till import command


@tagged("post_install", "-at_install")
class TestDrawerViews(DrawerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mara = cls._make_user("mara", "manager")
        cls.carl = cls._make_user("carl", "cashier")

    def wizard(self, user, shift, **vals):
        action = shift.with_user(user).action_fynlo_open_close()
        wizards = self.env[action["res_model"]].with_user(user).with_context(**action["context"])
        return wizards.create(vals)

    def test_manager_closes_the_drawer_of_who_went_home(self):
        shift = self.take(self.bar, self.ada).sudo(False)
        self.till.store.write({"set_maximum_difference": True, "amount_authorized_diff": 2.0})
        with self.assertRaises(ReasonRequiredError):
            self.wizard(self.mara, shift, counted=95.0).action_fynlo_close()
        self.wizard(self.mara, shift, counted=95.0, reason="went home").action_fynlo_close()
        shift = shift.with_user(self.mara)
        self.assertEqual((shift.state, shift.difference), ("closed", -5.0))
        self.assertEqual((shift.employee_id, shift.count_id.counted), (self.ada, 95.0))
        entry = self.env["fynlo.audit"].search([("action", "=", "drawer.close")], limit=1)
        self.assertEqual((entry.user_id, entry.subject_uuid), (self.mara.id, shift.fynlo_uuid))

    def test_cashier_with_an_odoo_user_does_not(self):
        shift = self.take(self.bar, self.ada)
        with self.assertRaises(AccessError):
            self.wizard(self.carl, shift, counted=100.0)
        self.assertEqual(shift.state, "open")

    def test_manager_keeps_drawers_and_a_cashier_does_not(self):
        vals = {"name": "Terrace", "config_id": self.till.store.id}
        drawer = self.env["fynlo.drawer"].with_user(self.mara).create(vals)
        self.take(self.bar, self.ada)
        bar = self.bar.with_user(self.carl)
        self.assertEqual((bar.employee_id.id, bar.name), (self.ada.id, "Bar"))
        with self.assertRaises(AccessError):
            drawer.with_user(self.carl).name = "Mine"
        harbour = self._make_user("hans", "manager", stores=self.store_2)
        found = self.env["fynlo.drawer"].with_user(harbour).search([])
        self.assertFalse(found & (drawer | self.bar))

    def test_session_form_has_its_drawers(self):
        arch = self.session.with_user(self.mara).get_view(view_type="form")["arch"]
        form = etree.fromstring(arch)
        for name in ("fynlo_shift_ids", "fynlo_no_sale_ids", "fynlo_difference_reason"):
            self.assertTrue(form.xpath(f"//field[@name='{name}']"), name)
        arch = self.session.with_user(self.carl).get_view(view_type="form")["arch"]
        self.assertFalse(etree.fromstring(arch).xpath("//field[@name='fynlo_shift_ids']"))

    def printed(self, user):
        reports = self.env["ir.actions.report"].with_user(user)
        name = "fynlo_pos_api.report_session"
        page = html.fromstring(reports._render_qweb_html(name, self.session.ids)[0])
        [page] = page.xpath("//div[@class='page']")
        text = page.text_content().replace("\N{NO-BREAK SPACE}", " ")
        return " ".join(text.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").split())

    def test_report_is_printed(self):
        shift = self.take(self.bar, self.ada)
        self.sell(self.ada, {self.till.coffee: 2})
        session = self.session.with_env(self.as_(self.ada))
        session._fynlo_open_drawer(command("no_sale", reason="O'Brien <b>wants</b> change"))
        pieces = [{"value": 5000, "quantity": 2}, {"value": 500, "quantity": 1}]
        self.count(shift, 10500, denominations=pieces)
        self.end(shift, reason="lost")
        text = self.printed(self.mara)
        self.assertTrue(text.startswith("X Report"), text[:40])
        for part in ("Bar : Ada", "Expected$ 105.50", "Over/short: lost $ -0.50", "2 × $ 50.00"):
            self.assertIn(part, text)
        self.assertIn("O'Brien <b>wants</b> change", text)
        self.count_session(30500)
        self.close_session(reason="lost")
        text = self.printed(self.mara)
        self.assertTrue(text.startswith("Z Report"), text[:40])
        self.assertRegex(text, rf"Journal entries: .*{self.session.move_id.name}")

    def test_x_report_is_not_printed_for_a_cashier(self):
        with self.assertRaises(Exception) as caught:
            self.printed(self.carl)
        self.assertIn("Your role does not allow this", str(caught.exception))
