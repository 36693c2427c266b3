from lxml import etree
from odoo.addons.fynlo_base.exceptions import ForbiddenError
from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .till import Till


@tagged("post_install", "-at_install")
class TestCustomerViews(FynloCase):
    """What a manager does with customers in the web client, as the manager himself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mia = cls._make_user("mia", "manager")
        cls.carl = cls._make_user("carl", "cashier")
        customers = (
            cls.env["res.partner"]
            .with_user(cls.mia)
            .with_context(res_partner_search_mode="customer")
        )
        vals = {"name": "Maeve O'Brien", "email": "m@example.com", "phone": "+1 212 555 0190"}
        cls.maeve = customers.create(vals)
        cls.other = customers.create({**vals, "name": "Maeve Brien", "phone": "+1 212 555 0191"})

    def test_form_keeps_name_and_its_parts_together(self):
        form = Form(self.maeve)
        self.assertEqual((form.fynlo_first_name, form.fynlo_last_name), ("Maeve", "O'Brien"))
        form.name = "Mary Ann Smith"
        form.save()
        names = self.maeve.fynlo_first_name, self.maeve.fynlo_last_name
        self.assertEqual(names, ("Mary Ann", "Smith"))
        self.maeve.fynlo_last_name = "Jones"
        self.assertEqual(self.maeve.name, "Mary Ann Jones")
        self.assertTrue(self.maeve.fynlo_search.startswith(" mary ann jones "))

    def test_status_and_archive_are_one(self):
        self.maeve.fynlo_status = "inactive"
        self.assertFalse(self.maeve.active)
        self.maeve.action_unarchive()
        self.assertEqual(self.maeve.fynlo_status, "active")
        self.maeve.fynlo_status = "suspended"
        self.maeve.action_archive()
        self.assertEqual(self.maeve.fynlo_status, "inactive")

    def test_manager_notes_a_word(self):
        with Form(self.maeve) as form, form.fynlo_preference_ids.new() as word:
            word.channel, word.allowed = "email", True
        self.assertTrue(self.maeve._fynlo_may_contact("email"))
        self.assertEqual(self.maeve.fynlo_preference_ids.source, "office")
        self.maeve.fynlo_preference_ids.write({"source": "paper", "decided_at": "2026-01-01"})
        self.maeve.fynlo_preference_ids.allowed = False
        self.assertEqual(self.maeve.fynlo_preference_ids.source, "office")
        self.assertGreater(str(self.maeve.fynlo_preference_ids.decided_at), "2026-01-02")

    def test_every_view_opens_and_figures_add_up(self):
        self.maeve.sudo().write({"fynlo_total_spent": 10.55, "fynlo_segment": "vip"})
        self.other.sudo().write({"fynlo_total_spent": 0.1, "fynlo_segment": "vip"})
        customers = self.env["res.partner"].with_user(self.mia)
        for kind in ("list", "kanban", "search", "graph", "pivot"):
            view = self.env.ref(f"fynlo_pos_api.res_partner_view_{kind}")
            self.assertTrue(customers.get_view(view.id, kind)["arch"])
        domain = [("id", "in", (self.maeve | self.other).ids)]
        [group] = customers.formatted_read_group(
            domain, ["fynlo_segment"], ["fynlo_total_spent:sum", "fynlo_order_count:sum"]
        )
        self.assertEqual(group["fynlo_total_spent:sum"], 10.65)
        form = etree.fromstring(customers.get_view(view_type="form")["arch"])
        self.assertTrue(form.xpath("//page[@name='fynlo']//field[@name='fynlo_status']"))
        as_carl = customers.with_user(self.carl).get_view(view_type="form")["arch"]
        self.assertFalse(etree.fromstring(as_carl).xpath("//page[@name='fynlo']"))

    def test_orders_of_the_form_are_the_customer_s(self):
        till = Till(self.env)
        order = till.sell(till.open(), {till.coffee: 1}, partner_id=self.maeve.id)
        till.sell(order.session_id, {till.coffee: 1}, partner_id=self.other.id)
        action = self.maeve.action_fynlo_orders()
        self.assertEqual(self.env["pos.order"].search(action["domain"]), order)

    def test_manager_merges_the_chosen(self):
        wizards = self.env["fynlo.customer.merge.wizard"].with_user(self.mia)
        with self.assertRaises(UserError):
            wizards.with_context(active_ids=self.maeve.ids).create({})
        chosen = wizards.with_context(active_ids=(self.maeve | self.other).ids)
        self.other.sudo().fynlo_order_count = 3
        wizard = chosen.create({})
        self.assertEqual(wizard.target_id, self.other)
        action = wizard.action_fynlo_merge()
        self.assertEqual(action["res_id"], self.other.id)
        self.assertFalse(self.maeve.exists())

    def test_manager_erases_after_a_second_word(self):
        wizard = self.env["fynlo.customer.erase.wizard"].with_user(self.mia)
        wizard = wizard.create({"partner_id": self.maeve.id})
        with self.assertRaises(UserError):
            wizard.action_fynlo_erase()
        self.assertEqual(self.maeve.name, "Maeve O'Brien")
        wizard.is_confirmed = True
        wizard.action_fynlo_erase()
        self.env.invalidate_all()
        self.assertEqual((self.maeve.name, self.maeve.email), ("Erased customer", False))

    def test_cashier_with_an_odoo_user_neither_erases_nor_merges(self):
        env = self.env(user=self.carl.id, su=False)
        with self.assertRaises(AccessError):
            env["fynlo.customer.erase.wizard"].create({"partner_id": self.maeve.id})
        with self.assertRaises(ForbiddenError):
            env["fynlo.customer.erasure"]._fynlo_erase(self.maeve.with_env(env))
        with self.assertRaises(ForbiddenError):
            env["fynlo.customer.merge"]._fynlo_merge(self.maeve.fynlo_uuid, [self.other.fynlo_uuid])
        with self.assertRaises(AccessError):
            env["fynlo.customer.preference"].create(
                {"partner_id": self.maeve.id, "channel": "sms", "purpose": "marketing"}
            )
        self.assertEqual(self.maeve.name, "Maeve O'Brien")

    def test_demo_customers_are_loaded_once(self):
        demo = self.env["fynlo.demo"]
        for _ in range(2):
            demo._load_customers()
        found = self.env["res.partner"].search(
            [("ref", "=like", "C%"), ("email", "=like", "%obrien%")]
        )
        self.assertEqual(found.mapped("name"), ["Maeve O'Brien"])
        self.assertEqual(sorted(found.child_ids.mapped("type")), ["delivery", "other"])
        self.assertTrue(found._fynlo_may_contact("email"))

    def test_company_contact_is_not_merged(self):
        company = self.env.company.partner_id
        company.fynlo_is_customer = True
        chosen = [company.fynlo_uuid]
        with self.assertRaises(UserError):
            self.env["fynlo.customer.merge"].with_user(self.mia)._fynlo_merge(
                self.maeve.fynlo_uuid, chosen
            )
        self.assertTrue(company.exists())
        self.maeve.category_id = [Command.create({"name": "Still here"})]
