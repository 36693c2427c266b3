from lxml import etree
from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from .till import Till, command


@tagged("post_install", "-at_install")
class TestSessionViews(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Till(cls.env)
        cls.ipad = cls._make_device("Bar", cls.till.store)
        cls.session = cls.till.open(100.0)

    def form_of(self, user):
        view = self.env["pos.session"].with_user(user).get_view(view_type="form")
        return etree.fromstring(view["arch"])

    def test_owner_sees_counts_moves_and_stock_to_post(self):
        session = self.session.with_env(self.env_as(self.ada, self.till.store, self.ipad))
        session._fynlo_count_cash(command("count", countedCash=9900))
        session._fynlo_move_cash(command("move", type="drop", amount=500, reason="safe"))
        self.till.sell(self.session, {self.till.coffee: 1})
        self.olga.group_ids |= self.env.ref("account.group_account_readonly")
        self.env.invalidate_all()
        form = self.form_of(self.olga)
        for name in ("fynlo_cash_count_ids", "fynlo_cash_move_ids", "fynlo_pending_stock_count"):
            self.assertEqual(len(form.xpath(f"//field[@name='{name}']")), 1, name)
        spec = {
            "fynlo_pending_stock_count": {},
            "fynlo_cash_count_ids": {"fields": {"difference": {}, "device_id": {}}},
            "fynlo_cash_move_ids": {"fields": {"amount": {}, "fynlo_reason": {}}},
        }
        [values] = self.session.with_user(self.olga).web_read(spec)
        self.assertEqual(values["fynlo_pending_stock_count"], 1)
        [count] = values["fynlo_cash_count_ids"]
        self.assertEqual((count["difference"], count["device_id"]), (-1.0, self.ipad.id))
        [move] = values["fynlo_cash_move_ids"]
        self.assertEqual((move["amount"], move["fynlo_reason"]), (-5.0, "safe"))

    def test_cash_moves_are_for_accountants(self):
        form = self.form_of(self.olga)
        self.assertTrue(form.xpath("//field[@name='fynlo_cash_count_ids']"))
        self.assertFalse(form.xpath("//field[@name='fynlo_cash_move_ids']"))

    def test_button_lists_the_orders_with_stock_to_post(self):
        pending = self.till.sell(self.session, {self.till.coffee: 1})
        self.till.sell_in_web_pos(self.session, {self.till.coffee: 1})
        action = self.session.action_fynlo_pending_orders()
        self.assertEqual(self.env["pos.order"].search(action["domain"]), pending)
        self.session._fynlo_post_stock_batch()
        self.assertFalse(self.env["pos.order"].search(action["domain"]))

    def test_cashier_with_an_odoo_user_sees_no_expected_figure(self):
        cashier = self._make_user("carl", "cashier")
        self.assertFalse(self.form_of(cashier).xpath("//field[@name='fynlo_cash_count_ids']"))
        self.assertFalse(self.env["fynlo.cash.count"].with_user(cashier).has_access("read"))

    def test_action_list_of_sessions_stays_odoo_s(self):
        action = self.env.ref("point_of_sale.action_pos_session")
        self.assertEqual(action.view_mode, "list,kanban,form")
        found = self.env["pos.session"].with_user(self.olga).search([])
        self.assertIn(self.session, found)
